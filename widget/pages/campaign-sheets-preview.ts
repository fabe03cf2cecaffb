import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ImportSettings } from '../../shared/campaign.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { base } from '../style/base.ts';
import '../parts/problem.ts';
import './campaign-sheets.ts';

const afterMs = 500;

export interface SheetsQuestion {
  importId: string;
  /** The CSVs that are here. */
  sheets: string[];
  /** The recordings that they can name. */
  names: string[];
  settings: ImportSettings;
}

/**
 * What the CSVs of an import say of its recordings, read again when either changes. Reading one is the server's: the same
 * code reads it when the calls are imported.
 */
@customElement('cqa-campaign-sheets-preview')
export class CampaignSheetsPreviewElement extends LitElement {
  static override styles = [base];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false, hasChanged: isAnother }) question: SheetsQuestion | undefined;
  private readonly preview = new Resource(this, async (signal) => {
    const { app, question } = this;
    if (!app || !question) return undefined;
    const { importId: id, names, settings } = question;
    return app.api.campaigns.previewSheets.mutate({ id, names, settings }, { signal });
  });
  private timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('question')) this.plan();
    this.hidden = !this.preview.value && !this.preview.problem;
  }

  /** What is shown stays meanwhile, unless there is nothing to ask any more. */
  private plan(): void {
    clearTimeout(this.timer);
    this.preview.drop();
    if (this.question?.sheets.length) this.timer = setTimeout(this.preview.load, afterMs);
    else this.preview.clear();
  }

  override render() {
    const { value, problem, load } = this.preview;
    if (problem)
      return html`<cqa-problem
        what="The CSV could not be compared with the recordings"
        .problem=${problem}
        .again=${load}
      ></cqa-problem>`;
    return value ? html`<cqa-campaign-sheets .preview=${value}></cqa-campaign-sheets>` : nothing;
  }
}

function isAnother(now: unknown, before: unknown): boolean {
  return JSON.stringify(now) !== JSON.stringify(before);
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-campaign-sheets-preview': CampaignSheetsPreviewElement;
  }
}
