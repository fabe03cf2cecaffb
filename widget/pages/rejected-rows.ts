import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { RejectedRowsPage } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { tables } from '../style/controls.ts';
import { count } from '../words/numbers.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/show-more.ts';

type Row = RejectedRowsPage['rows'][number];

/** The rows an import did not take: where each stands, what is wrong, and its raw text to mend it by. */
@customElement('cqa-rejected-rows')
export class RejectedRowsElement extends LitElement {
  static override styles = [
    base,
    tables,
    css`
      .raw {
        min-width: 240px;
        max-width: 420px;
      }
      .raw code {
        display: block;
        max-height: 4.6em;
        overflow: auto;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .reason {
        min-width: 180px;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property() executionId = '';
  /** As counted; more than are shown means that there is more to read. */
  @property({ type: Number }) total = 0;
  private rows: Row[] = [];
  private cursor: string | null | undefined;
  private readonly reading = new Action(this);

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('executionId') && !(changed.has('total') && this.cursor === null)) return;
    this.rows = [];
    this.cursor = undefined;
    void this.readMore();
  }

  private readonly readMore = async (): Promise<void> => {
    await this.reading.run(async () => {
      const cursor = this.cursor ?? undefined;
      const page = await this.app?.api.executions.rejectedRows.query({ id: this.executionId, cursor });
      if (!page) return;
      this.rows = [...this.rows, ...page.rows];
      this.cursor = page.next_cursor;
    });
  };

  private renderRow(row: Row): TemplateResult {
    return html`<tr>
      <td class="break">${row.file_name}</td>
      <td class="number">${count(row.line)}</td>
      <td class="break">${row.column ? html`<code>${row.column}</code>` : html`<span class="soft">–</span>`}</td>
      <td class="reason break">${row.reason}<br /><code class="soft">${row.code}</code></td>
      <td class="raw"><code tabindex="0">${row.raw}</code></td>
    </tr>`;
  }

  override render() {
    const { problem, isBusy } = this.reading;
    return html`<cqa-problem .problem=${problem} .again=${this.readMore}></cqa-problem>
      ${this.rows.length === 0 && isBusy ? html`<cqa-loading lines="2"></cqa-loading>` : nothing}
      ${
        this.rows.length > 0
          ? html`<div class="table-box" role="region" aria-label="Rejected rows" tabindex="0">
            <table>
              <thead>
                <tr>
                  <th>File</th>
                  <th class="number">Line</th>
                  <th>Column</th>
                  <th>Reason</th>
                  <th>Raw text</th>
                </tr>
              </thead>
              <tbody>
                ${this.rows.map((row) => this.renderRow(row))}
              </tbody>
            </table>
          </div>`
          : nothing
      }
      ${
        this.cursor && this.rows.length > 0
          ? html`<cqa-show-more
            .words=${`Show more (${count(this.rows.length)} of ${count(this.total)})`}
            .busy=${isBusy}
            @more=${this.readMore}
          ></cqa-show-more>`
          : nothing
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-rejected-rows': RejectedRowsElement;
  }
}
