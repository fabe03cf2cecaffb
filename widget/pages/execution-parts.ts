import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Execution } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { rowBlocks } from '../style/row-blocks.ts';
import { bytes, count, counted } from '../words/numbers.ts';
import { isPast } from '../words/time.ts';
import '../parts/download.ts';
import '../parts/time.ts';

type Part = Execution['parts'][number];

const shownFirst = 10;

/** An export's files, to download for as long as their links are good. What links of mails lead to is folded beside whole files. */
@customElement('cqa-execution-parts')
export class ExecutionPartsElement extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    rowBlocks,
    css`
      h3 {
        margin-bottom: var(--space-1);
      }
      .until {
        margin-bottom: var(--space-3);
      }
      details {
        margin-top: var(--space-3);
      }
      summary {
        width: fit-content;
        padding: var(--space-1) 0;
        cursor: pointer;
        font-size: var(--size-s);
        font-weight: 600;
      }
      details .table-box {
        margin-top: var(--space-2);
      }
      .more {
        margin-top: var(--space-2);
      }
      .file {
        width: 99%;
        min-width: 150px;
      }
      td.number {
        white-space: nowrap;
      }
      @container (max-width: 560px) {
        tbody tr {
          grid-template-columns: auto 1fr;
          gap: var(--space-2) var(--space-4);
        }
        tbody tr td {
          width: auto;
          min-width: 0;
          text-align: left;
        }
        td.file,
        td.actions {
          grid-column: 1 / -1;
        }
        td[data-unit]::after {
          content: ' ' attr(data-unit);
        }
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) run: Execution | undefined;
  @state() private isLong = false;

  protected override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get('run') as Execution | undefined;
    if (before && before.execution_id !== this.run?.execution_id) this.isLong = false;
  }

  private renderPart(app: AppContext, run: Execution, part: Part): TemplateResult {
    return html`<tr role="row">
      <td role="cell" class="break strong file">${part.file_name}</td>
      <td role="cell" class="number" data-unit=${part.rows === 1 ? 'row' : 'rows'}>${count(part.rows)}</td>
      <td role="cell" class="number">${bytes(part.bytes)}</td>
      <td role="cell" class="actions">
        ${
          isOver(part)
            ? html`<span class="soft small">Expired</span>`
            : html`<cqa-download
              .app=${app}
              .executionId=${run.execution_id}
              .number=${part.part}
              .partSet=${part.set}
            ></cqa-download>`
        }
      </td>
    </tr>`;
  }

  /** The files of a report are made together, so the first one speaks for all. */
  private renderUntil(app: AppContext, first: Part, parts: readonly Part[]): TemplateResult {
    const at = html`<cqa-time .at=${first.downloadable_until} .zone=${app.zone}></cqa-time>`;
    const formats = new Set(parts.map(({ format }) => format)).size;
    return html`<p class="soft small until">
      ${
        isOver(first)
          ? html`Could be downloaded here for seven days, until ${at}.`
          : html`To download here until ${at}: for seven days.`
      }
      ${formats > 1 ? 'Each has all the rows, in a format of its own.' : nothing}
    </p>`;
  }

  private renderTable(app: AppContext, run: Execution, label: string, parts: readonly Part[]): TemplateResult {
    const shown = this.isLong ? parts : parts.slice(0, shownFirst);
    return html`<div class="table-box" role="region" aria-label=${label} tabindex="0">
        <table role="table">
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader">File</th>
              <th role="columnheader" class="number">Rows</th>
              <th role="columnheader" class="number">Size</th>
              <th role="columnheader" class="actions"><span class="visually-hidden">Download</span></th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            ${shown.map((part) => this.renderPart(app, run, part))}
          </tbody>
        </table>
      </div>
      ${
        shown.length < parts.length
          ? html`<button
            class="button small more"
            type="button"
            @click=${() => {
              this.isLong = true;
            }}
          >
            Show all ${counted(parts.length, 'file')}
          </button>`
          : nothing
      }`;
  }

  /** The same rows as the whole files, so they are not to be mistaken for more. */
  private renderByMail(app: AppContext, run: Execution): TemplateResult | typeof nothing {
    const { mail_parts: parts } = run;
    if (parts.length === 0) return nothing;
    const words = `The same rows for the links of mails: ${counted(parts.length, 'file')} of at most 1,000 rows`;
    return html`<details>
      <summary>${words}</summary>
      ${this.renderTable(app, run, 'Files that the links of mails lead to', parts)}
    </details>`;
  }

  override render() {
    const { app, run } = this;
    const first = run?.parts[0];
    if (!app || !run || !first) return nothing;
    return html`<section>
      <h3>Files</h3>
      ${this.renderUntil(app, first, run.parts)}
      ${this.renderTable(app, run, 'Files', run.parts)}${this.renderByMail(app, run)}
    </section>`;
  }
}

function isOver({ downloadable_until: until }: Part): boolean {
  return isPast(until, Date.now());
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-execution-parts': ExecutionPartsElement;
  }
}
