import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { hasEnded } from '../../shared/execution.ts';
import type { Execution } from '../api/types.ts';
import { base } from '../style/base.ts';
import { stepTitle, tookMs } from '../words/execution.ts';
import { stepState, stepTookInWords } from '../words/steps.ts';
import { duration } from '../words/time.ts';
import '../parts/time.ts';

/** What an execution did one after the other, since when, and for how long. */
@customElement('cqa-execution-steps')
export class ExecutionStepsElement extends LitElement {
  static override styles = [
    base,
    css`
      .steps {
        margin-top: var(--space-3);
        border-left: 2px solid var(--line);
        padding-left: var(--space-4);
        display: grid;
        gap: var(--space-3);
      }
      .steps li {
        position: relative;
      }
      .steps li::before {
        content: '';
        position: absolute;
        left: calc(-1 * var(--space-4) - 6px);
        top: 5px;
        width: 10px;
        height: 10px;
        border-radius: 50%;
        background: var(--good);
        border: 2px solid var(--surface);
      }
      .steps li.open::before {
        background: var(--busy);
      }
      .steps li:is(.failed, .unfinished)::before {
        background: var(--bad);
      }
      .steps li.partly::before {
        background: var(--warn);
      }
      .steps li.stopped::before {
        background: var(--idle);
      }
      .steps .row {
        flex-wrap: wrap;
        column-gap: var(--space-2);
        row-gap: 0;
      }
      .steps .grow {
        min-width: max-content;
      }
      :is(.failed, .unfinished) .took {
        color: var(--bad);
      }
      .partly .took {
        color: var(--warn);
      }
    `,
  ];

  @property({ attribute: false }) run: Execution | undefined;
  @property() zone = 'UTC';
  /** What time it is, so that durations of what goes on count up. */
  @property({ type: Number }) now = 0;

  private renderStep(run: Execution, step: Execution['steps'][number]): TemplateResult {
    const state = stepState(run, step);
    const took = duration(tookMs(step.started_at, step.ended_at, this.now) ?? 0);
    return html`<li class=${state} aria-current=${state === 'open' ? 'step' : nothing}>
      <div class="row">
        <span class="strong grow">${stepTitle(step.name)}</span>
        <cqa-time class="small soft" .at=${step.started_at} .zone=${this.zone}></cqa-time>
        <span class="small number took">${stepTookInWords(state, took)}</span>
      </div>
      ${step.message ? html`<p class="soft small break">${step.message}</p>` : nothing}
    </li>`;
  }

  override render() {
    const { run } = this;
    if (!run) return nothing;
    const isOver = hasEnded(run.status);
    return html`<section class="card">
      <h3>Steps</h3>
      <ol class="steps">
        ${run.steps.map((step) => this.renderStep(run, step))}
      </ol>
      ${run.steps.length === 0 ? html`<p class="soft small">${isOver ? 'It never began.' : 'It has not begun.'}</p>` : nothing}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-execution-steps': ExecutionStepsElement;
  }
}
