import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { messageAtField } from '../api/problem.ts';
import type { RowFilter } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { missingInReport, type ReportDraft, reportOf, wrongInReport } from './draft.ts';
import './columns.ts';
import './file.ts';
import './preview.ts';
import './rows.ts';

const filterOfOther =
  'There is no preview: the saved filter belongs to whoever made this report. It is used all the same when it runs.';

/** The preview is asked for so long after the last change. */
const settleMs = 500;

/**
 * The configuration of a report, with a preview of what it holds.
 * @fires edit with what changed of the draft: a Partial<ReportDraft>
 */
@customElement('cqa-report')
export class ReportElement extends LitElement {
  static override styles = [base];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) draft: ReportDraft | undefined;
  /** What was found wrong, by field of the report: `columns`, `date_range.to`. */
  @property({ attribute: false }) problems: Record<string, string> = {};
  /** What else its rows must fit: the Analysis List's filter. */
  @property({ attribute: false }) filter: RowFilter | undefined;

  /** The saved filter that it came with: of a job, it may be one that only the job's maker sees. */
  private firstFilter: string | undefined;
  /** What the preview was last asked about. */
  private asked = '';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly preview = new Resource(this, async (signal) => {
    const { question } = this;
    return question && this.app?.api.reports.preview.mutate(question, { signal });
  });

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  /** What a preview depends on: the format of the file makes no difference to its rows. */
  private get question() {
    const { draft, filter } = this;
    if (!draft) return undefined;
    const { file_format: _, bom: __, ...report } = reportOf(draft);
    return { report, ...(filter ? { filter } : {}) };
  }

  /** Asks again a moment after the last change, once the report is whole. */
  protected override willUpdate(): void {
    const { app, draft } = this;
    if (!app || !draft) return;
    this.firstFilter ??= draft.savedFilter;
    const question = JSON.stringify(this.question);
    if (question === this.asked) return;
    this.asked = question;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.preview.drop();
    if (Object.keys(missingInReport(draft)).length > 0) this.preview.clear();
    else this.timer = setTimeout(this.ask, settleMs);
  }

  private readonly ask = (): void => {
    this.timer = undefined;
    void this.preview.load();
  };

  /** The report is right, but the filter is not this user's to look through. */
  private get isFilterOfOther(): boolean {
    return this.preview.problem?.field === 'saved_filter' && this.draft?.savedFilter === this.firstFilter;
  }

  /** By field; what the preview found wrong at one is told there as well. */
  private get shownProblems(): Record<string, string> {
    const { problem } = this.preview;
    const field = problem?.field?.replace(/^report\./, '');
    const found = problem && field !== undefined ? { [field]: messageAtField(problem) } : {};
    return { ...found, ...(this.draft ? wrongInReport(this.draft) : {}), ...this.problems };
  }

  /** Why there is no preview, in words. */
  private get reason(): string {
    const [missing] = this.draft ? Object.values(missingInReport(this.draft)) : [];
    if (missing !== undefined) return `${missing} Then the first rows stand here.`;
    if (this.isFilterOfOther) return filterOfOther;
    const { problem } = this.preview;
    return problem?.field === undefined ? '' : messageAtField(problem);
  }

  private readonly edited = ({ detail }: CustomEvent<Partial<ReportDraft>>): void => {
    this.dispatchEvent(new CustomEvent('edit', { detail }));
  };

  override render() {
    const { app, draft, preview } = this;
    if (!app || !draft) return nothing;
    const problems = this.shownProblems;
    return html`<div class="stack">
      <cqa-report-rows .app=${app} .draft=${draft} .problems=${problems} @edit=${this.edited}></cqa-report-rows>
      <cqa-report-columns .app=${app} .draft=${draft} .problems=${problems} @edit=${this.edited}></cqa-report-columns>
      <cqa-report-file .draft=${draft} .problems=${problems} @edit=${this.edited}></cqa-report-file>
      <cqa-report-preview
        .preview=${preview.value}
        .problem=${preview.problem}
        .reason=${this.reason}
        .again=${preview.load}
        ?busy=${this.timer !== undefined || preview.isLoading}
      ></cqa-report-preview>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-report': ReportElement;
  }
}
