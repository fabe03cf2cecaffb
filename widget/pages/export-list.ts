import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { hasEnded } from '../../shared/execution.ts';
import type { OwnExport } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { rowBlocks } from '../style/row-blocks.ts';
import { noteInWords } from '../words/execution.ts';
import { count } from '../words/numbers.ts';
import { executionWords } from '../words/status.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import '../parts/time.ts';

const nothingFits = 'No analysed conversation fits, so the file has no rows.';

/** Your Exports: what the signed-in user asked for on the Analysis List, newest first, live. */
@customElement('cqa-export-list')
export class ExportListElement extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    rowBlocks,
    css`
      .intro {
        margin-bottom: var(--space-4);
        color: var(--text-soft);
      }
      .failure {
        color: var(--bad);
      }
      td.name {
        min-width: 150px;
        overflow-wrap: anywhere;
      }
      .result {
        min-width: 180px;
        max-width: 420px;
      }
      @container (max-width: 560px) {
        tbody tr {
          grid-template-columns: minmax(0, 1fr) auto;
          gap: var(--space-1) var(--space-3);
        }
        td.status {
          grid-area: 1 / 2;
          justify-self: end;
        }
        td.asked {
          grid-area: 2 / 1;
        }
        td.rows {
          grid-area: 2 / 2;
        }
        td.rows::after {
          content: ' ' attr(data-unit);
        }
        td.result {
          grid-area: 3 / 1 / 4 / -1;
          max-width: none;
        }
        td.actions {
          grid-area: 4 / 1 / 5 / -1;
          padding: 0;
          text-align: left;
        }
        td.actions:empty {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  /** Those that were told to stop here, until the server's answer says so too. */
  @state() private stopping: ReadonlySet<string> = new Set();
  private readonly exports = new Resource(this, async (signal) =>
    this.app?.api.analyses.exports.query(undefined, { signal }),
  );
  /** Cancelling or retrying one: what is told is how the last of them failed. */
  private readonly acting = new Action(this);

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (this.app && changed.has('app')) this.exports.follow(this.app.changes, ['executions']);
  }

  private async cancel(app: AppContext, { execution_id: id, name }: OwnExport): Promise<void> {
    const isDone = await this.acting.run(async () => {
      await app.api.analyses.cancelExport.mutate({ id });
    });
    if (!isDone) return;
    this.stopping = new Set([...this.stopping, id]);
    app.say(`${name} is being stopped.`);
    app.changes.announce('executions', id);
  }

  private async retry(app: AppContext, { execution_id: id, name }: OwnExport): Promise<void> {
    const isDone = await this.acting.run(async () => {
      await app.api.analyses.retryExport.mutate({ id });
    });
    if (!isDone) return;
    app.say(`${name} is being sent again.`);
    app.changes.announce('executions', id);
  }

  private renderName(app: AppContext, { execution_id: id, name }: OwnExport): TemplateResult | string {
    if (app.me.console !== 'open') return name;
    return html`<a data-page href=${app.href(`/executions/${id}`)}>${name}</a>`;
  }

  private renderAction(app: AppContext, own: OwnExport): TemplateResult | typeof nothing {
    if (own.can_retry) return this.renderRetry(app, own);
    if (hasEnded(own.status)) return nothing;
    if (own.cancel_requested || this.stopping.has(own.execution_id))
      return html`<span class="soft small">Stopping …</span>`;
    return html`<button
      class="button small"
      type="button"
      aria-label="Cancel ${own.name}"
      ?disabled=${this.acting.isBusy}
      @click=${() => this.cancel(app, own)}
    >
      Cancel
    </button>`;
  }

  private renderRetry(app: AppContext, own: OwnExport): TemplateResult {
    return html`<button
      class="button small"
      type="button"
      aria-label="Retry ${own.name}"
      ?disabled=${this.acting.isBusy}
      @click=${() => this.retry(app, own)}
    >
      Retry
    </button>`;
  }

  private renderRow(app: AppContext, own: OwnExport): TemplateResult {
    const { status, rows, created_at: at, destinations, error, note } = own;
    return html`<tr role="row">
      <td role="cell" class="strong break name">${this.renderName(app, own)}</td>
      <td role="cell" class="asked"><cqa-time .at=${at} .zone=${app.zone}></cqa-time></td>
      <td role="cell" class="status"><cqa-status .words=${executionWords[status]}></cqa-status></td>
      <td role="cell" class="number rows" data-unit=${rows === 1 ? 'row' : 'rows'}>${count(rows)}</td>
      <td role="cell" class="result break">
        <span class="visually-hidden">to </span>${destinations.join(', ')}
        ${note ? html`<div class="soft">${note === 'no_data' ? nothingFits : noteInWords(note)}</div>` : nothing}
        ${error ? html`<div class="failure">${error.message}</div>` : nothing}
      </td>
      <td role="cell" class="actions">${this.renderAction(app, own)}</td>
    </tr>`;
  }

  private renderTable(app: AppContext, all: readonly OwnExport[]): TemplateResult {
    return html`<div class="table-box" role="region" aria-label="Your exports" tabindex="0">
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader">Name</th>
            <th role="columnheader">Asked for</th>
            <th role="columnheader">Status</th>
            <th role="columnheader" class="number">Rows</th>
            <th role="columnheader">Sent to</th>
            <th role="columnheader" class="actions"><span class="visually-hidden">Cancel or retry</span></th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${repeat(
            all,
            (own) => own.execution_id,
            (own) => this.renderRow(app, own),
          )}
        </tbody>
      </table>
    </div>`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { value, problem, load } = this.exports;
    if (!value && problem)
      return html`<cqa-problem what="Your exports could not be loaded" .problem=${problem} .again=${load}></cqa-problem>`;
    if (!value) return html`<cqa-loading lines="3" label="Loading your exports"></cqa-loading>`;
    if (value.length === 0)
      return html`<cqa-empty icon="download" heading="You have exported nothing yet">
        Filter the Analysis List, then choose Export report. What becomes of it is told here.
        <a slot="action" class="button primary" data-page href=${app.href('/analyses')}>Go to the Analysis List</a>
      </cqa-empty>`;
    return html`<p class="intro">The reports that you asked for on the Analysis List, the last twenty.</p>
      <div class="stack">
        <cqa-problem .problem=${this.acting.problem}></cqa-problem>
        <cqa-problem what="Your exports could not be loaded again" .problem=${problem} .again=${load}></cqa-problem>
      </div>
      ${this.renderTable(app, value)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-export-list': ExportListElement;
  }
}
