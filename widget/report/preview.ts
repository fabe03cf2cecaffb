import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Problem } from '../api/problem.ts';
import type { ReportPreview } from '../api/types.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { periodInWords, rowCountInWords } from '../words/report.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';

type Cell = ReportPreview['rows'][number][number];

/** What a report would hold if it ran now: how many rows, of which days, and the first of them. */
@customElement('cqa-report-preview')
export class ReportPreviewElement extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    css`
      .box {
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        padding: var(--space-3) var(--space-4) var(--space-4);
        background: var(--surface-sunken);
      }
      .head {
        justify-content: space-between;
        min-height: 30px;
      }
      .label {
        font-size: var(--size-s);
        font-weight: 600;
      }
      .table-box {
        margin-top: var(--space-3);
        max-height: 300px;
        overflow-y: auto;
        box-shadow: none;
      }
      .table-box[aria-busy='true'] {
        opacity: 0.55;
      }
      thead th {
        position: sticky;
        top: 0;
      }
      th,
      td {
        padding: 6px var(--space-3);
      }
      .caution {
        margin-top: var(--space-2);
      }
      td span {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
        width: max-content;
        max-width: 260px;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) preview: ReportPreview | undefined;
  /** Why there is none now. */
  @property({ attribute: false }) problem: Problem | undefined;
  /** What the report still lacks, or what is wrong at one of its fields. */
  @property() reason = '';
  @property({ type: Boolean }) busy = false;
  @property({ attribute: false }) again: (() => void) | undefined;

  private renderCell(cell: Cell): TemplateResult {
    if (cell === null || cell === '') return html`<td class="soft">–</td>`;
    const text = String(cell);
    return html`<td class=${typeof cell === 'number' ? 'number' : ''}><span title=${text}>${text}</span></td>`;
  }

  private renderTable({ header, rows }: ReportPreview): TemplateResult {
    const isNumber = (index: number) => rows.some((row) => typeof row[index] === 'number');
    return html`<div
      class="table-box"
      role="region"
      aria-label="First rows"
      aria-busy=${this.busy ? 'true' : 'false'}
      tabindex="0"
    >
      <table>
        <thead>
          <tr>
            ${header.map((heading, index) => html`<th class=${isNumber(index) ? 'number' : ''}>${heading}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map((row) => html`<tr>${row.map((cell) => this.renderCell(cell))}</tr>`)}
        </tbody>
      </table>
    </div>`;
  }

  private renderBody(): TemplateResult | typeof nothing {
    const { preview, problem, reason, busy } = this;
    if (reason !== '') return html`<p class="soft">${reason}</p>`;
    if (problem)
      return html`<cqa-problem what="The preview could not be made" .problem=${problem} .again=${this.again}></cqa-problem>`;
    if (!preview)
      return busy ? html`<cqa-loading lines="2" label="Looking for the first rows"></cqa-loading>` : nothing;
    const words = rowCountInWords(preview);
    return html`<p class="count"><strong>${words.count}</strong> ${words.about}</p>
      <p class="soft small">${periodInWords(preview.period)}</p>
      ${preview.warnings.map((warning) => html`<p class="caution small">${icon('warning', 17)}<span class="break">${warning}</span></p>`)}
      ${preview.rows.length > 0 ? this.renderTable(preview) : nothing}`;
  }

  override render() {
    return html`<section class="box" aria-labelledby="preview">
      <div class="row head">
        <span id="preview" class="label">Preview: what it would hold now</span>
        <span class="soft small" role="status">${this.busy ? 'Looking …' : nothing}</span>
      </div>
      ${this.renderBody()}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-report-preview': ReportPreviewElement;
  }
}
