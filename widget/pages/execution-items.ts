import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Execution } from '../api/types.ts';
import { base } from '../style/base.ts';
import { tables } from '../style/controls.ts';
import { bytes, count, counted } from '../words/numbers.ts';

/** The items of an import that were not read: those that failed, and those left for a later run. */
@customElement('cqa-execution-items')
export class ExecutionItemsElement extends LitElement {
  static override styles = [
    base,
    tables,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-4);
      }
      :host([hidden]) {
        display: none;
      }
      h3 {
        margin-bottom: var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) run: Execution | undefined;

  protected override updated(): void {
    const { run } = this;
    this.hidden = !run || run.failed_items.length + run.waiting_items.length === 0;
  }

  private renderFailedItems(run: Execution): TemplateResult {
    return html`<section>
      <h3>${counted(allOf(run.items?.failed, run.failed_items), 'failed item')}</h3>
      ${firstOnes(run.items?.failed, run.failed_items)}
      <div class="table-box" role="region" aria-label="Failed items" tabindex="0">
        <table>
          <thead>
            <tr>
              <th>Item</th>
              <th>Why it failed</th>
            </tr>
          </thead>
          <tbody>
            ${run.failed_items.map(
              (item) => html`<tr>
                <td class="break strong">${item.key}</td>
                <td class="break">${item.error?.message ?? '–'}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  private renderWaitingItems(run: Execution): TemplateResult {
    return html`<section>
      <h3>${counted(allOf(run.items?.waiting, run.waiting_items), 'item')} left for the next run</h3>
      ${firstOnes(run.items?.waiting, run.waiting_items)}
      <div class="table-box" role="region" aria-label="Waiting items" tabindex="0">
        <table>
          <thead>
            <tr>
              <th>Item</th>
              <th class="number">Size</th>
              <th>Why it waits</th>
            </tr>
          </thead>
          <tbody>
            ${run.waiting_items.map(
              (item) => html`<tr>
                <td class="break strong">${item.key}</td>
                <td class="number">${item.bytes === null ? '–' : bytes(item.bytes)}</td>
                <td class="break">${item.reason}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  override render() {
    const { run } = this;
    if (!run) return nothing;
    return html`${run.failed_items.length > 0 ? this.renderFailedItems(run) : nothing}
    ${run.waiting_items.length > 0 ? this.renderWaitingItems(run) : nothing}`;
  }
}

/** Of very many only the first are told by name. */
function allOf(counted: number | undefined, named: readonly unknown[]): number {
  return Math.max(counted ?? 0, named.length);
}

function firstOnes(all: number | undefined, named: readonly unknown[]): TemplateResult | typeof nothing {
  if (allOf(all, named) === named.length) return nothing;
  return html`<p class="soft small">The first ${count(named.length)} are named here.</p>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-execution-items': ExecutionItemsElement;
  }
}
