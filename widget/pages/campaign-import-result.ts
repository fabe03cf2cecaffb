import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CampaignImport } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { filesInWords, importWords } from '../words/campaign.ts';
import { counted } from '../words/numbers.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import './campaign-import-dialog.ts';

/**
 * What becomes of the import that was just finished: how far it is, then its end.
 * @fires reopened - with the import, when something has to be mended first
 */
@customElement('cqa-campaign-import-result')
export class CampaignImportResultElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .box {
        display: grid;
        gap: var(--space-2);
        padding: var(--space-3) var(--space-4);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface-sunken);
      }
      progress {
        width: 100%;
        height: 8px;
        accent-color: var(--accent);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) importId = '';
  @state() private isOpen = false;
  private readonly found = new Resource(this, async (signal) =>
    this.app?.api.campaigns.import.query({ id: this.importId }, { signal }),
  );

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !(changed.has('app') || changed.has('importId'))) return;
    this.found.clear();
    this.found.follow(this.app.changes, ['campaigns']);
  }

  protected override updated(): void {
    const { value } = this.found;
    if (value?.state === 'open') this.dispatchEvent(new CustomEvent('reopened', { detail: value }));
  }

  private words(found: CampaignImport): string {
    const rows = found.report ? found.report.problemCount : 0;
    return `${filesInWords(found)}${rows > 0 ? `; ${counted(rows, 'row')} of the CSV with a problem` : ''}`;
  }

  override render() {
    const { app } = this;
    const { value, problem, load } = this.found;
    if (!app) return nothing;
    if (!value) return html`<cqa-problem .problem=${problem} .again=${load}></cqa-problem>`;
    const { files } = value;
    const ended = files.imported + files.duplicate + files.failed;
    return html`<div class="box">
        <p class="row" role="status">
          <cqa-status .words=${importWords[value.state]}></cqa-status>
          <span class="break">${this.words(value)}</span>
        </p>
        ${
          value.state === 'finishing'
            ? html`<progress max=${files.total || 1} .value=${ended} aria-label="Progress of the import"></progress>`
            : nothing
        }
        <div>
          <button
            class="button small"
            type="button"
            @click=${() => {
              this.isOpen = true;
            }}
          >
            Show each file
          </button>
        </div>
      </div>
      ${
        this.isOpen
          ? html`<cqa-campaign-import-dialog
            .app=${app}
            .importId=${this.importId}
            @close=${() => {
              this.isOpen = false;
            }}
          ></cqa-campaign-import-dialog>`
          : nothing
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-campaign-import-result': CampaignImportResultElement;
  }
}
