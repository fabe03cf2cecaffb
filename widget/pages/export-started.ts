import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type ExecutionStatus, hasEnded } from '../../shared/execution.ts';
import type { OwnExport } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { executionWords } from '../words/status.ts';
import '../parts/problem.ts';
import '../parts/status.ts';

/** An export that was just started: how it stands, why it failed if it did, and where it can be followed. */
@customElement('cqa-export-started')
export class ExportStartedElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .failure {
        color: var(--bad);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property() executionId = '';
  private readonly own = new Resource(this, async (signal): Promise<OwnExport | undefined> => {
    const all = await this.app?.api.analyses.exports.query(undefined, { signal });
    return all?.find(({ execution_id: id }) => id === this.executionId);
  });

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (this.app && (changed.has('app') || changed.has('executionId')))
      this.own.follow(this.app.changes, ['executions']);
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { value, problem, load } = this.own;
    const isAdmin = app.me.console === 'open';
    const isOver = value !== undefined && hasEnded(value.status);
    return html`<div class="stack">
      <p class="row" role="status">
        <span class="strong break">The report ${value ? `“${value.name}” ` : ''}${value ? stands[value.status] : 'is on its way'}.</span>
        ${value ? html`<cqa-status .words=${executionWords[value.status]}></cqa-status>` : nothing}
      </p>
      ${value?.error ? html`<p class="failure break">${value.error.message}</p>` : nothing}
      <p>
        ${
          isOver
            ? 'Your Exports keeps what became of it.'
            : 'You can close this. It goes on by itself, and Your Exports says how it goes and whether it has arrived.'
        }
      </p>
      <div class="row">
        <a class="button" data-page href=${app.href('/exports')}>Open Your Exports</a>
        ${
          isAdmin
            ? html`<a class="button" data-page href=${app.href(`/executions/${this.executionId}`)}>Open the execution</a>`
            : nothing
        }
      </div>
      <cqa-problem .problem=${problem} .again=${load}></cqa-problem>
    </div>`;
  }
}

const stands: Record<ExecutionStatus, string> = {
  pending: 'is on its way',
  processing: 'is on its way',
  delivering: 'is on its way',
  success: 'has been sent',
  partial_success: 'has reached only some of its destinations',
  handler_failed: 'was not sent',
  delivery_failed: 'was not sent',
  cancelled: 'was not sent',
};

declare global {
  interface HTMLElementTagNameMap {
    'cqa-export-started': ExportStartedElement;
  }
}
