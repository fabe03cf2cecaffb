import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Execution } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { base } from '../style/base.ts';
import { tables } from '../style/controls.ts';
import { bytes, count } from '../words/numbers.ts';
import '../parts/download.ts';

/** An export's files: to download, and where each was delivered or why not. */
@customElement('cqa-execution-parts')
export class ExecutionPartsElement extends LitElement {
  static override styles = [
    base,
    tables,
    css`
      h3 {
        margin-bottom: var(--space-2);
      }
      .failed {
        color: var(--bad);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) run: Execution | undefined;

  private renderPart(app: AppContext, run: Execution, part: Execution['parts'][number]): TemplateResult {
    return html`<tr>
      <td class="break strong">${part.file_name}</td>
      <td class="number">${count(part.rows)}</td>
      <td class="number">${bytes(part.bytes)}</td>
      <td class="break">
        ${part.deliveries.map(
          (delivery) => html`<div>
            <strong>${delivery.connector}</strong>:
            ${
              delivery.error
                ? html`<span class="failed">${delivery.error.message}</span>`
                : (delivery.location ?? delivery.status)
            }
          </div>`,
        )}
        ${part.deliveries.length === 0 ? html`<span class="soft">not yet</span>` : nothing}
      </td>
      <td class="actions">
        <cqa-download .app=${app} .executionId=${run.execution_id} .number=${part.part}></cqa-download>
      </td>
    </tr>`;
  }

  override render() {
    const { app, run } = this;
    if (!app || !run) return nothing;
    return html`<section>
      <h3>Report and deliveries</h3>
      <div class="table-box" role="region" aria-label="Report" tabindex="0">
        <table>
          <thead>
            <tr>
              <th>File</th>
              <th class="number">Rows</th>
              <th class="number">Size</th>
              <th>Delivered to</th>
              <th><span class="visually-hidden">Download</span></th>
            </tr>
          </thead>
          <tbody>
            ${run.parts.map((part) => this.renderPart(app, run, part))}
          </tbody>
        </table>
      </div>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-execution-parts': ExecutionPartsElement;
  }
}
