import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type ExportCounts, hasEnded, type ItemCounts, type RowCounts } from '../../shared/execution.ts';
import { problemOfFailure } from '../api/problem.ts';
import type { Execution } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { isDayOfStream, noteInWords, ongoing, stepTitle, tookMs, triggerInWords } from '../words/execution.ts';
import { count, counted } from '../words/numbers.ts';
import { executionWords, jobTypeWords } from '../words/status.ts';
import { dayInZone, duration } from '../words/time.ts';
import { executionStyles } from './execution.styles.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import '../parts/time.ts';
import './execution-aftermath.ts';
import './execution-items.ts';
import './execution-partitions.ts';
import './execution-parts.ts';
import './rejected-rows.ts';

const tickMs = 1000;

/** One execution, live: what it did, what it counted, what was rejected, and what became of it since. */
@customElement('cqa-execution')
export class ExecutionElement extends LitElement {
  static override styles = [base, controls, tables, executionStyles];

  @property({ attribute: false }) app: AppContext | undefined;
  @property() executionId = '';
  private ticking: ReturnType<typeof setInterval> | undefined;
  private readonly execution = new Resource(this, async (signal) =>
    this.app?.api.executions.get.query({ id: this.executionId }, { signal }),
  );
  private readonly cancelling = new Action(this);

  override connectedCallback(): void {
    super.connectedCallback();
    // Durations of what is going on count up.
    this.ticking = setInterval(() => {
      const status = this.execution.value?.status;
      if (status && !hasEnded(status)) this.requestUpdate();
    }, tickMs);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.ticking);
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !(changed.has('app') || changed.has('executionId'))) return;
    this.execution.clear();
    // Analyses of its interactions change what became of it.
    this.execution.follow(this.app.changes, ['executions', 'analyses']);
  }

  private readonly cancel = async (): Promise<void> => {
    await this.cancelling.run(async () => {
      await this.app?.api.executions.cancel.mutate({ id: this.executionId });
    });
    await this.execution.load();
  };

  private renderHead(app: AppContext, run: Execution): TemplateResult {
    return html`<section class="card head">
      <div class="grow">
        <div class="row">
          <h2 class="break">${run.job_name}</h2>
          <cqa-status .words=${executionWords[run.status]}></cqa-status>
          ${run.note ? html`<span class="note">${noteInWords(run.note)}</span>` : nothing}
        </div>
        <p class="soft small break">
          ${jobTypeWords[run.type]} with ${run.connectors.join(', ')},
          ${isDayOfStream(run) ? this.renderDay(app, run) : this.renderStart(app, run)}
        </p>
      </div>
      ${hasEnded(run.status) || isDayOfStream(run) ? nothing : this.renderCancel()}
    </section>`;
  }

  private renderStart(app: AppContext, run: Execution): TemplateResult {
    const took = tookMs(run.started_at, run.ended_at, Date.now());
    return html`started ${triggerInWords(run.trigger, run.triggered_by)},
      <cqa-time .at=${run.created_at} .zone=${app.zone}></cqa-time>${took === undefined ? '' : `, ${duration(took)}`}`;
  }

  /** Nobody starts or cancels it, so it is said how it begins and ends. */
  private renderDay(app: AppContext, run: Execution): TemplateResult {
    const day = dayInZone(run.due_at ?? run.created_at, app.zone);
    if (hasEnded(run.status))
      return html`continuous, ${day}, ended <cqa-time .at=${run.ended_at} .zone=${app.zone}></cqa-time>`;
    return html`continuous, ${day}, ${ongoing}. It ends with the day; disable its connector or its job to stop it.`;
  }

  private renderCancel(): TemplateResult {
    const { isBusy } = this.cancelling;
    return html`<button class="button" type="button" ?disabled=${isBusy} @click=${this.cancel}>
      ${icon('close', 16)} ${isBusy ? 'Cancelling …' : 'Cancel this run'}
    </button>`;
  }

  private renderFailure(run: Execution): TemplateResult | typeof nothing {
    if (!run.error) return nothing;
    const problem = problemOfFailure(run.error);
    const what = hasEnded(run.status) ? executionWords[run.status].word : 'It cannot go on at the moment';
    return html`<cqa-problem what=${what} .problem=${problem}></cqa-problem>`;
  }

  private renderFigures(title: string, facts: [string, number, string?][]): TemplateResult {
    return html`<section class="card">
      <h3>${title}</h3>
      <dl class="figures">
        ${facts.map(
          ([name, value, tone]) => html`<div class=${value > 0 && tone ? tone : ''}>
            <dt>${name}</dt>
            <dd>${count(value)}</dd>
          </div>`,
        )}
      </dl>
    </section>`;
  }

  private renderItems(items: ItemCounts): TemplateResult {
    return this.renderFigures('Items', [
      ['listed', items.listed],
      ['done', items.done],
      ['unchanged', items.unchanged],
      ['waiting', items.waiting, 'warn'],
      ['failed', items.failed, 'bad'],
    ]);
  }

  private renderCounts(counts: RowCounts | ExportCounts, isStream: boolean): TemplateResult {
    if ('parts' in counts)
      return this.renderFigures('Report', [
        ['rows', counts.rows],
        ['parts', counts.parts],
      ]);
    return this.renderFigures(isStream ? 'Events' : 'Rows', [
      [isStream ? 'read' : 'listed', counts.listed],
      ['imported', counts.imported],
      ['updated', counts.updated],
      ['duplicate', counts.duplicate],
      ['rejected', counts.rejected, 'warn'],
    ]);
  }

  private renderSteps(app: AppContext, run: Execution): TemplateResult {
    const now = Date.now();
    return html`<section class="card">
      <h3>Steps</h3>
      <ol class="steps">
        ${run.steps.map((step) => {
          const took = tookMs(step.started_at, step.ended_at, now) ?? 0;
          const isOpen = step.ended_at === null;
          return html`<li class=${isOpen ? 'open' : ''}>
            <div class="row">
              <span class="strong grow">${stepTitle(step.name)}</span>
              <cqa-time class="small soft" .at=${step.started_at} .zone=${app.zone}></cqa-time>
              <span class="small number">${isOpen && hasEnded(run.status) ? 'not finished' : duration(took)}</span>
            </div>
            ${step.message ? html`<p class="soft small break">${step.message}</p>` : nothing}
          </li>`;
        })}
      </ol>
      ${run.steps.length === 0 ? html`<p class="soft small">It has not begun.</p>` : nothing}
    </section>`;
  }

  private renderRun(app: AppContext, run: Execution): TemplateResult {
    const rejected = 'rejected' in run.counts ? run.counts.rejected : 0;
    const isStream = isDayOfStream(run);
    return html`${this.renderHead(app, run)}
      <cqa-problem .problem=${this.cancelling.problem}></cqa-problem>
      ${this.renderFailure(run)}
      <div class="two">
        ${run.items && !isStream ? this.renderItems(run.items) : nothing}
        ${this.renderCounts(run.counts, isStream)}
      </div>
      <cqa-execution-aftermath .aftermath=${run.aftermath} ?isStream=${isStream}></cqa-execution-aftermath>
      ${
        run.partitions
          ? html`<cqa-execution-partitions .partitions=${run.partitions}></cqa-execution-partitions>`
          : nothing
      }
      <cqa-execution-items .run=${run}></cqa-execution-items>
      ${run.parts.length > 0 ? html`<cqa-execution-parts .app=${app} .run=${run}></cqa-execution-parts>` : nothing}
      ${
        rejected > 0
          ? html`<section>
            <h3 class="over">${counted(rejected, isStream ? 'rejected event' : 'rejected row')}</h3>
            <cqa-rejected-rows
              .app=${app}
              .executionId=${run.execution_id}
              .count=${rejected}
            ></cqa-rejected-rows>
          </section>`
          : nothing
      }
      ${isStream && run.steps.length === 0 ? nothing : this.renderSteps(app, run)}`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { value, problem, load } = this.execution;
    return html`<div class="stack">
      <div>
        <a class="button quiet small" data-page href=${app.href('/executions')}>${icon('back', 15)} Execution History</a>
      </div>
      <cqa-problem what="The execution could not be loaded" .problem=${problem} .again=${load}></cqa-problem>
      ${value ? this.renderRun(app, value) : problem ? nothing : html`<cqa-loading></cqa-loading>`}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-execution': ExecutionElement;
  }
}
