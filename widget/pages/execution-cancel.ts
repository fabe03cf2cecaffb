import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Execution } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { cancelInWords } from '../words/execution.ts';
import '../parts/dialog.ts';
import '../parts/problem.ts';

/**
 * Says what cancelling an execution does, and does it.
 * @fires close
 */
@customElement('cqa-execution-cancel')
export class ExecutionCancelElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        --dialog-width: 520px;
      }
      ul {
        display: grid;
        gap: var(--space-2);
        padding-left: var(--space-4);
        list-style: disc;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) run: Execution | undefined;
  private readonly cancelling = new Action(this);

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  private readonly cancel = async (): Promise<void> => {
    const { app, run } = this;
    if (!app || !run) return;
    const isDone = await this.cancelling.run(async () => {
      await app.api.executions.cancel.mutate({ id: run.execution_id });
      app.say(`${run.job_name} is being cancelled.`);
    });
    if (isDone) this.close();
  };

  override render() {
    const { run } = this;
    if (!run) return nothing;
    const { isBusy, problem } = this.cancelling;
    return html`<cqa-dialog heading="Cancel this run of ${run.job_name}?" @close=${this.close}>
      <div class="stack">
        <ul>
          ${cancelInWords(run).map((sentence) => html`<li>${sentence}</li>`)}
        </ul>
        <cqa-problem .problem=${problem}></cqa-problem>
      </div>
      <button slot="actions" class="button" type="button" @click=${this.close}>Let it run</button>
      <button slot="actions" class="button danger" type="button" ?disabled=${isBusy} @click=${this.cancel}>
        ${isBusy ? 'Cancelling …' : 'Cancel the run'}
      </button>
    </cqa-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-execution-cancel': ExecutionCancelElement;
  }
}
