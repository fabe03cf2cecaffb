import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { StreamState } from '../../shared/stream.ts';
import type { Job } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { scheduleInWords } from '../words/schedule.ts';
import {
  continuousWords,
  disabledWords,
  enabledWords,
  executionWords,
  jobTypeWords,
  typeAndConnectors,
} from '../words/status.ts';
import { streamWords, unreadReasons } from '../words/stream.ts';
import type { JobAction } from './job-actions.ts';
import { hasSettableSchedule, type SettableSchedule } from './job-draft.ts';
import { jobsStyles } from './jobs.styles.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import '../parts/time.ts';
import './backfill-dialog.ts';
import './job-actions.ts';
import './job-dialog.ts';
import './job-removal.ts';

const madeByProduct = 'Made by the product for its connector, and deleted with it';
/** The counts of a stream's day change all the time; of all that, the table shows the status alone. */
const restMs = 2000;

/** Jobs & Pipelines: what runs when, with which connectors, and how it went last time. */
@customElement('cqa-jobs')
export class JobsElement extends LitElement {
  static override styles = [base, controls, tables, jobsStyles];

  @property({ attribute: false }) app: AppContext | undefined;
  @state() private edited: (Job & { schedule: SettableSchedule }) | undefined;
  @state() private removed: Job | undefined;
  @state() private repeated: Job | undefined;
  private readonly jobs = new Resource(this, async (signal) => this.app?.api.jobs.list.query(undefined, { signal }));
  private readonly acting = new Action(this);

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('app') || !this.app) return;
    this.jobs.follow(this.app.changes, ['jobs', 'executions', 'connectors'], restMs);
  }

  private async trigger(app: AppContext, job: Job): Promise<void> {
    await this.acting.run(async () => {
      const { execution_id: id } = await app.api.jobs.trigger.mutate({ uid: job.uid });
      app.say(`${job.name} has been started.`);
      app.go(`/executions/${id}`);
    });
  }

  private async toggle(app: AppContext, job: Job): Promise<void> {
    const enabled = !job.is_enabled;
    await this.acting.run(async () => {
      await app.api.jobs.setEnabled.mutate({ uid: job.uid, enabled });
      app.say(`${job.name} is ${enabled ? 'enabled' : 'disabled'}.`);
    });
    await this.jobs.load();
  }

  private readonly close = (): void => {
    this.edited = undefined;
    this.removed = undefined;
    this.repeated = undefined;
    void this.jobs.load();
  };

  private readonly act = (app: AppContext, job: Job, action: JobAction): void => {
    if (action === 'run') void this.trigger(app, job);
    else if (action === 'toggle') void this.toggle(app, job);
    else if (action === 'remove') this.removed = job;
    else if (action === 'repeat') this.repeated = job;
    else if (hasSettableSchedule(job)) this.edited = job;
  };

  private renderLastRun(app: AppContext, { last_run: run }: Job): TemplateResult {
    if (!run) return html`<span class="soft">not yet</span>`;
    return html`<cqa-status .words=${executionWords[run.status]}></cqa-status><br />
      <a data-page href=${app.href(`/executions/${run.execution_id}`)}
        ><cqa-time relative .at=${run.at} .zone=${app.zone}></cqa-time
      ></a>`;
  }

  private renderSchedule(app: AppContext, job: Job): TemplateResult {
    const words = scheduleInWords(job.schedule, app.zone);
    if (hasSettableSchedule(job)) return html`${job.runs_on_arrival ? 'On arrival, and ' : nothing}${words}`;
    return html`${words}<br /><span class="soft small">${continuousHint(job)}</span>`;
  }

  /** What reads without an end is active and may fail all the same. */
  private renderStatus({ schedule, is_enabled: isEnabled, stream_state: stream }: Job): TemplateResult {
    const words = schedule.frequency === 'continuous' ? continuousWords : enabledWords;
    return html`<cqa-status .words=${isEnabled ? words : disabledWords}></cqa-status>${
      isEnabled && stream && !readStates.includes(stream)
        ? html`<br /><cqa-status .words=${streamWords[stream]}></cqa-status>`
        : nothing
    }`;
  }

  private renderJob(app: AppContext, job: Job): TemplateResult {
    return html`<tr>
      <td class="name strong break" data-minor=${typeAndConnectors(job.name, job)}>
        ${job.name}
        ${job.is_system ? html`<span class="system" title=${madeByProduct}>auto-scheduled</span>` : nothing}
      </td>
      <td class="minor">${jobTypeWords[job.type]}</td>
      <td class="minor break">${job.connectors.join(', ') || html`<span class="soft">none</span>`}</td>
      <td class="schedule">${this.renderSchedule(app, job)}</td>
      <td>${this.renderStatus(job)}</td>
      <td><cqa-time .at=${job.next_due_at} .zone=${app.zone}></cqa-time></td>
      <td>${this.renderLastRun(app, job)}</td>
      <td class="minor by soft" title=${job.created_by}>${job.created_by}</td>
      <td class="actions">
        <cqa-job-actions
          .job=${job}
          ?busy=${this.acting.isBusy}
          @action=${(event: CustomEvent<JobAction>) => this.act(app, job, event.detail)}
        ></cqa-job-actions>
      </td>
    </tr>`;
  }

  private renderTable(app: AppContext, jobs: readonly Job[]): TemplateResult {
    return html`<div class="table-box" role="region" aria-label="Jobs" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>Job</th>
            <th class="minor">Type</th>
            <th class="minor">Connector</th>
            <th>Schedule</th>
            <th>Status</th>
            <th>Next run</th>
            <th>Last run</th>
            <th class="minor">Created by</th>
            <th class="actions"><span class="visually-hidden">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            jobs,
            (job) => job.uid,
            (job) => this.renderJob(app, job),
          )}
        </tbody>
      </table>
    </div>`;
  }

  private renderList(app: AppContext): TemplateResult {
    const { value, problem, load } = this.jobs;
    if (!value && problem)
      return html`<cqa-problem what="The jobs could not be loaded" .problem=${problem} .again=${load}></cqa-problem>`;
    if (!value) return html`<cqa-loading label="Loading jobs"></cqa-loading>`;
    if (value.length > 0) return this.renderTable(app, value);
    return html`<cqa-empty icon="jobs" heading="No job runs yet">
      A job links a connector to a schedule: it imports conversations or exports results by itself, every night or as
      often as you like. You can also run it at any time with one click.
      <button
        slot="action"
        class="button primary"
        type="button"
        @click=${() => this.dispatchEvent(new CustomEvent('new-job', { bubbles: true, composed: true, detail: {} }))}
      >
        ${icon('plus', 16)} New Job
      </button>
    </cqa-empty>`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    return html`<cqa-problem .problem=${this.acting.problem}></cqa-problem>
      ${this.renderList(app)}
      ${
        this.edited
          ? html`<cqa-job-dialog .app=${app} .job=${this.edited} @close=${this.close}></cqa-job-dialog>`
          : nothing
      }
      ${
        this.repeated
          ? html`<cqa-backfill-dialog .app=${app} .job=${this.repeated} @close=${this.close}></cqa-backfill-dialog>`
          : nothing
      }
      ${
        this.removed
          ? html`<cqa-job-removal .app=${app} .job=${this.removed} @close=${this.close}></cqa-job-removal>`
          : nothing
      }`;
  }
}

const readStates: readonly StreamState[] = ['following', 'starting'];

/** What stops a job that reads without an end, or why it reads nothing. */
function continuousHint({ is_enabled: isEnabled, stream_state: stream }: Job): string {
  if (!isEnabled) return 'Enable it to go on reading.';
  return (stream && unreadReasons[stream]) ?? 'Disable it to stop reading.';
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-jobs': JobsElement;
  }
}
