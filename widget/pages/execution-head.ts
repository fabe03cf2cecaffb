import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { hasEnded } from '../../shared/execution.ts';
import type { Execution } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { isDayOfStream, noteInWords, onDemandWords, ongoing, startInWords, tookMs } from '../words/execution.ts';
import { executionWords, jobTypeWords } from '../words/status.ts';
import { dayInZone, duration } from '../words/time.ts';
import { executionHeadStyles } from './execution-head.styles.ts';
import '../parts/copy.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import '../parts/time.ts';
import './execution-cancel.ts';

/**
 * What an execution is: its job and state, how it began and took, what it retries and what retries it; and what can be
 * done with it: cancel while it runs, retry what failed once it has ended.
 * @fires changed - something was done that the page should read
 */
@customElement('cqa-execution-head')
export class ExecutionHeadElement extends LitElement {
  static override styles = [base, controls, executionHeadStyles];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) run: Execution | undefined;
  @state() private isAsking = false;
  private readonly retrying = new Action(this);
  /** A button that had the focus, and may go with what the run becomes. */
  private focused: Element | null = null;

  protected override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get('run') as Execution | undefined;
    if (before && before.execution_id !== this.run?.execution_id) this.isAsking = false;
    this.focused = this.shadowRoot?.activeElement ?? null;
  }

  /** Nobody's place is lost because a button or the dialog went: the heading takes it. */
  protected override updated(): void {
    if (!this.focused || this.focused.isConnected || this.shadowRoot?.activeElement) return;
    this.renderRoot.querySelector<HTMLElement>('h2')?.focus();
  }

  private readonly closeQuestion = (): void => {
    this.isAsking = false;
    this.dispatchEvent(new CustomEvent('changed'));
  };

  private readonly retry = async (): Promise<void> => {
    const { app, run } = this;
    if (!app || !run) return;
    await this.retrying.run(async () => {
      const { execution_id: id } = await app.api.executions.retry.mutate({ id: run.execution_id });
      app.say(`What failed in ${run.job_name} is done again.`);
      app.go(`/executions/${id}`);
    });
    this.dispatchEvent(new CustomEvent('changed'));
  };

  private renderStart(app: AppContext, run: Execution): TemplateResult {
    const took = tookMs(run.started_at, run.ended_at, Date.now());
    return html`${startInWords(run)},
      <cqa-time .at=${run.created_at} .zone=${app.zone}></cqa-time>${took === undefined ? '' : `, ${duration(took)}`}`;
  }

  /** Nobody starts or cancels it, so it is said how it begins and ends. */
  private renderDay(app: AppContext, run: Execution): TemplateResult {
    const day = dayInZone(run.due_at ?? run.created_at, app.zone);
    if (hasEnded(run.status))
      return html`continuous, ${day}, ended <cqa-time .at=${run.ended_at} .zone=${app.zone}></cqa-time>`;
    return html`continuous, ${day}, ${ongoing}. It ends with the day; disable its connector or its job to stop it.`;
  }

  private renderWaits(app: AppContext, run: Execution): TemplateResult | typeof nothing {
    if (hasEnded(run.status) || run.retry_at === null) return nothing;
    return html`<p class="waits small">
      An attempt failed; it is tried again at <cqa-time .at=${run.retry_at} .zone=${app.zone}></cqa-time>. The log says why.
    </p>`;
  }

  private renderChain(app: AppContext, { retry_of: earlier, retries }: Execution): TemplateResult | typeof nothing {
    if (earlier === null && retries.length === 0) return nothing;
    // The newest comes first; they are counted from the oldest.
    const numbered = retries.map((retry, index) => ({ ...retry, number: retries.length - index }));
    return html`<ul class="chain small">
      ${
        earlier === null
          ? nothing
          : html`<li>Does again what failed in <a data-page href=${app.href(`/executions/${earlier}`)}>an earlier run</a></li>`
      }
      ${numbered.map(
        ({ execution_id: id, status, number }) => html`<li>
          Done again in <a data-page href=${app.href(`/executions/${id}`)}>retry ${number}</a>
          <cqa-status .words=${executionWords[status]}></cqa-status>
        </li>`,
      )}
    </ul>`;
  }

  private renderActions(run: Execution): TemplateResult | typeof nothing {
    if (isDayOfStream(run)) return nothing;
    if (!hasEnded(run.status))
      // Not `disabled`: that would take the focus from whoever has just used it.
      return html`<button
        class="button"
        type="button"
        aria-disabled=${run.cancel_requested ? 'true' : nothing}
        @click=${() => {
          this.isAsking = !run.cancel_requested;
        }}
      >
        ${icon('close', 16)} ${run.cancel_requested ? 'Cancelling …' : 'Cancel this run'}
      </button>`;
    const { isBusy } = this.retrying;
    return html`<button
      class="button ${run.retry.possible ? 'primary' : ''}"
      type="button"
      aria-describedby=${run.retry.possible ? nothing : 'refusal'}
      ?disabled=${!run.retry.possible || isBusy}
      @click=${this.retry}
    >
      ${icon('again', 16)} ${isBusy ? 'Starting …' : run.status === 'cancelled' ? 'Run what was left' : 'Retry what failed'}
    </button>`;
  }

  /** Why the button above it does nothing. */
  private renderRefusal(run: Execution): TemplateResult | typeof nothing {
    const { possible, reason } = run.retry;
    if (possible || !hasEnded(run.status) || isDayOfStream(run)) return nothing;
    return html`<p class="soft small break" id="refusal">${reason}</p>`;
  }

  override render() {
    const { app, run } = this;
    if (!app || !run) return nothing;
    return html`<section class="card head">
        <div class="what">
          <div class="row">
            <h2 class="break" tabindex="-1">${run.job_name}</h2>
            <cqa-status .words=${executionWords[run.status]}></cqa-status>
            ${run.note ? html`<span class="note">${noteInWords(run.note)}</span>` : nothing}
          </div>
          <p class="soft small break">
            ${run.is_on_demand ? `${onDemandWords} to` : `${jobTypeWords[run.type]} with`} ${run.connectors.join(', ')},
            ${isDayOfStream(run) ? this.renderDay(app, run) : this.renderStart(app, run)}
          </p>
          ${this.renderWaits(app, run)}${this.renderChain(app, run)}
        </div>
        <div class="actions">${this.renderActions(run)}</div>
        <div class="foot">
          ${this.renderRefusal(run)}
          <div class="row small soft">Id <code class="break">${run.execution_id}</code> <cqa-copy .text=${run.execution_id} label="Copy id"></cqa-copy></div>
        </div>
      </section>
      <cqa-problem what="It could not be retried" .problem=${this.retrying.problem}></cqa-problem>
      ${
        this.isAsking && !hasEnded(run.status)
          ? html`<cqa-execution-cancel .app=${app} .run=${run} @close=${this.closeQuestion}></cqa-execution-cancel>`
          : nothing
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-execution-head': ExecutionHeadElement;
  }
}
