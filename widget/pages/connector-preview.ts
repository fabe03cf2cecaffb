import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Preview } from '../api/types.ts';
import { base } from '../style/base.ts';
import { count, counted } from '../words/numbers.ts';

type Row = Preview['rows'][number];

/** The first rows of a source, or the latest events of a stream, each with what it becomes or why it would be rejected, and how it stands there. */
@customElement('cqa-connector-preview')
export class ConnectorPreviewElement extends LitElement {
  static override styles = [
    base,
    css`
      .stack {
        gap: var(--space-3);
      }
      .rows {
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        font-size: var(--size-s);
      }
      details + details {
        border-top: 1px solid var(--line);
      }
      summary {
        padding: var(--space-2) var(--space-3);
        cursor: pointer;
        overflow-wrap: anywhere;
      }
      .outcome {
        margin-left: var(--space-2);
        font-weight: 600;
      }
      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(260px, 100%), 1fr));
        gap: var(--space-3);
        padding: 0 var(--space-3) var(--space-3);
      }
      section {
        min-width: 0;
        padding: var(--space-2) var(--space-3);
        border-radius: var(--radius-s);
        background: var(--surface-sunken);
      }
      h4 {
        margin: 0 0 var(--space-1);
        color: var(--text-soft);
        font-size: var(--size-xs);
        font-weight: 600;
      }
      dl {
        display: grid;
        grid-template-columns: fit-content(50%) minmax(0, 1fr);
        gap: 2px var(--space-3);
      }
      dt {
        color: var(--text-soft);
        overflow-wrap: anywhere;
      }
      .wrong {
        color: var(--bad);
      }
      .fine {
        color: var(--good);
      }
    `,
  ];

  @property({ attribute: false }) preview: Preview | undefined;

  private renderOutcome({ problem, isSkipped }: Row): TemplateResult {
    if (isSkipped) return html`<span class="outcome">Skipped</span>: it is empty, or the filter leaves it out`;
    if (!problem) return html`<span class="outcome fine">Taken</span>`;
    return html`<span class="outcome wrong">Rejected</span>: ${problem.reason}
      ${problem.column ? html`<code>${problem.column}</code>` : nothing}`;
  }

  private renderFacts(title: string, facts: [name: string, value: unknown][]): TemplateResult {
    return html`<section>
      <h4>${title}</h4>
      <dl>
        ${facts.map(
          ([name, value]) => html`<dt>${name}</dt>
            <dd class="break">${wordsOf(value)}</dd>`,
        )}
      </dl>
    </section>`;
  }

  /** The first row is open; of the others the outcome says enough until somebody asks. */
  private renderRow(header: string[], row: Row, index: number): TemplateResult {
    const source = row.fields.map((text, at): [string, string] => [header[at] ?? `column ${count(at + 1)}`, text]);
    return html`<details ?open=${index === 0}>
      <summary>${this.preview?.isStream ? 'Offset' : 'Line'} ${count(row.line)}${this.renderOutcome(row)}</summary>
      <div class="two">
        ${this.renderFacts('In the source', source)}
        ${row.interaction ? this.renderFacts('What it becomes', Object.entries(row.interaction)) : nothing}
      </div>
    </details>`;
  }

  private renderRows({ header, rows }: Preview): TemplateResult {
    return html`<div class="rows">${rows.map((row, index) => this.renderRow(header, row, index))}</div>`;
  }

  private renderWaiting({ waiting }: Preview): TemplateResult | typeof nothing {
    if (waiting.length === 0) return nothing;
    return html`<p class="small soft">
      ${counted(waiting.length, 'file')} would wait: ${waiting.map(({ key, reason }) => `${key} (${reason})`).join('; ')}
    </p>`;
  }

  override render() {
    const { preview } = this;
    if (!preview) return nothing;
    const { item, rows, isStream } = preview;
    return html`<div class="stack" role="status">
      <h3>
        ${item ? html`The ${isStream ? 'latest events' : 'first rows'} of <code>${item.key}</code>` : 'Nothing to read yet'}
      </h3>
      ${
        item === undefined
          ? html`<p class="soft">
              ${
                isStream
                  ? 'The topic has no event now. You can save; events are taken as they come.'
                  : 'There is no complete file or call at the source now. You can save; the next run takes what comes.'
              }
            </p>`
          : rows.length === 0
            ? html`<p class="soft">It has no rows.</p>`
            : this.renderRows(preview)
      }
      ${this.renderWaiting(preview)}
    </div>`;
  }
}

function wordsOf(value: unknown): string {
  if (value === '' || value === null) return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-connector-preview': ConnectorPreviewElement;
  }
}
