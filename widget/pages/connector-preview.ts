import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Preview } from '../api/types.ts';
import { base } from '../style/base.ts';
import { tables } from '../style/controls.ts';
import { count, counted } from '../words/numbers.ts';

type Row = Preview['rows'][number];

/** The first rows of a source as they are, and beside each what it becomes or why it would be rejected. */
@customElement('cqa-connector-preview')
export class ConnectorPreviewElement extends LitElement {
  static override styles = [
    base,
    tables,
    css`
      .stack {
        display: grid;
        gap: var(--space-3);
      }
      td {
        max-width: 320px;
        vertical-align: top;
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 2px var(--space-2);
        font-size: var(--size-s);
      }
      dt {
        color: var(--text-soft);
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

  private renderOutcome({ problem, interaction }: Row): TemplateResult {
    if (problem)
      return html`<span class="wrong strong">Rejected</span>: ${problem.reason}
        ${problem.column ? html`<code>${problem.column}</code>` : nothing}`;
    return html`<span class="fine strong">Taken</span>
      <dl>
        ${Object.entries(interaction ?? {}).map(
          ([name, value]) => html`<dt>${name}</dt>
            <dd class="break">${wordsOf(value)}</dd>`,
        )}
      </dl>`;
  }

  private renderRows({ header, rows }: Preview): TemplateResult {
    return html`<div class="table-box" role="region" aria-label="First rows" tabindex="0">
      <table>
        <thead>
          <tr>
            <th class="number">Line</th>
            <th>What it becomes</th>
            ${header.map((name) => html`<th class="break">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) => html`<tr>
              <td class="number">${count(row.line)}</td>
              <td class="break">${this.renderOutcome(row)}</td>
              ${row.fields.map((text) => html`<td class="break">${text}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
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
    const { item, rows } = preview;
    return html`<div class="stack" role="status">
      <h3>${item ? html`The first rows of <code>${item.key}</code>` : 'Nothing to read yet'}</h3>
      ${
        item === undefined
          ? html`<p class="soft">There is no complete file or call at the source now. You can save; the next run takes what comes.</p>`
          : rows.length === 0
            ? html`<p class="soft">It has no rows.</p>`
            : this.renderRows(preview)
      }
      ${this.renderWaiting(preview)}
    </div>`;
  }
}

function wordsOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-connector-preview': ConnectorPreviewElement;
  }
}
