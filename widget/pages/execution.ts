import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { hasEnded } from '../../shared/execution.ts';
import { problemOfFailure } from '../api/problem.ts';
import type { Execution } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { isDayOfStream } from '../words/execution.ts';
import { counted } from '../words/numbers.ts';
import { executionWords } from '../words/status.ts';
import { LiveExecution } from './execution-live.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import './execution-aftermath.ts';
import './execution-destinations.ts';
import './execution-figures.ts';
import './execution-head.ts';
import './execution-items.ts';
import './execution-log.ts';
import './execution-partitions.ts';
import './execution-parts.ts';
import './execution-progress.ts';
import './execution-report.ts';
import './execution-steps.ts';
import './rejected-rows.ts';

const tickMs = 1000;

/** One execution, live: what it did, what it counted, what was rejected, and what became of it since. */
@customElement('cqa-execution')
export class ExecutionElement extends LitElement {
  static override styles = [base, controls];

  @property({ attribute: false }) app: AppContext | undefined;
  @property() executionId = '';
  private ticking: ReturnType<typeof setInterval> | undefined;
  private readonly execution = new Resource(this, async (signal) =>
    this.app?.api.executions.get.query({ id: this.executionId }, { signal }),
  );
  private readonly live = new LiveExecution(this, () => void this.execution.load());

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
    const { app } = this;
    if (!app) return;
    if (changed.has('app') || changed.has('executionId')) {
      this.live.stop();
      this.execution.clear();
      // Analyses of its interactions change what became of it.
      this.execution.follow(app.changes, ['executions', 'analyses']);
    }
    const run = this.execution.value;
    if (!run || run.execution_id !== this.executionId) return;
    if (hasEnded(run.status) || isDayOfStream(run)) this.live.stop();
    else this.live.follow(app.api, this.executionId);
  }

  /** With what the stream has told since it was read: it is a second old at most. */
  private withProgress(run: Execution): Execution {
    const { progress } = this.live;
    if (!progress || hasEnded(run.status)) return run;
    const { status, items, counts, cancel_requested } = progress;
    return { ...run, cancel_requested, items, counts, ...(hasEnded(status) ? {} : { status }) };
  }

  private renderFailure(run: Execution): TemplateResult | typeof nothing {
    if (!run.error) return nothing;
    const what = hasEnded(run.status) ? executionWords[run.status].word : 'It cannot go on at the moment';
    return html`<cqa-problem what=${what} .problem=${problemOfFailure(run.error)}></cqa-problem>`;
  }

  private renderRejected(app: AppContext, run: Execution, noun: string): TemplateResult | typeof nothing {
    const rejected = 'rejected' in run.counts ? run.counts.rejected : 0;
    if (rejected === 0) return nothing;
    return html`<section class="stack">
      <h3>${counted(rejected, `rejected ${noun}`)}</h3>
      <cqa-rejected-rows .app=${app} .executionId=${run.execution_id} .count=${rejected}></cqa-rejected-rows>
    </section>`;
  }

  private renderExport(app: AppContext, run: Execution): TemplateResult {
    return html`<cqa-execution-destinations .app=${app} .run=${run}></cqa-execution-destinations>
      <cqa-execution-parts .app=${app} .run=${run}></cqa-execution-parts>
      <cqa-execution-report .app=${app} .run=${run}></cqa-execution-report>`;
  }

  private renderRun(app: AppContext, read: Execution): TemplateResult {
    const run = this.withProgress(read);
    const isStream = isDayOfStream(run);
    const isOver = hasEnded(run.status);
    return html`<cqa-execution-head .app=${app} .run=${run} @changed=${this.execution.load}></cqa-execution-head>
      ${this.renderFailure(run)}
      ${isOver || isStream ? nothing : html`<cqa-execution-progress .progress=${this.live.progress}></cqa-execution-progress>`}
      <cqa-execution-figures .items=${run.items} .counts=${run.counts} ?isStream=${isStream}></cqa-execution-figures>
      <cqa-execution-aftermath .aftermath=${run.aftermath} ?isStream=${isStream}></cqa-execution-aftermath>
      ${run.partitions ? html`<cqa-execution-partitions .partitions=${run.partitions}></cqa-execution-partitions>` : nothing}
      <cqa-execution-items .run=${run}></cqa-execution-items>
      ${run.type === 'data_export' ? this.renderExport(app, run) : nothing}
      ${this.renderRejected(app, run, isStream ? 'event' : 'row')}
      ${
        isStream && run.steps.length === 0
          ? nothing
          : html`<cqa-execution-steps .run=${run} .zone=${app.zone} .now=${isOver ? 0 : Date.now()}></cqa-execution-steps>`
      }
      <cqa-execution-log
        .app=${app}
        .executionId=${run.execution_id}
        .newest=${this.live.progress?.last_log_id ?? 0}
        ?isOver=${isOver}
      ></cqa-execution-log>`;
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
