import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Job } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { scheduleInWords } from '../words/schedule.ts';
import { continuousWords, disabledWords, enabledWords, executionWords, jobTypeWords } from '../words/status.ts';
import { hasSettableSchedule, type SettableSchedule } from './job-draft.ts';
import '../parts/confirm.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import '../parts/time.ts';

import './backfill-dialog.ts';
import './job-dialog.ts';

const madeByProduct = 'Made by the product for its connector, and deleted with it';
const noTrigger = 'It reads events as they come, so there is nothing to start; enable it if it is disabled';
const noBackfill = 'It reads events as they come; days are not read again';
/** The counts of a stream's day change all the time; of all that, the table shows the status alone. */
const restMs = 2000;

/** Jobs & Pipelines: what runs when, with which connectors, and how it went last time. */
@customElement('cqa-jobs')
export class JobsElement extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    css`
      .schedule {
        min-width: 140px;
        max-width: 280px;
      }
      .by {
        max-width: 130px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .name {
        min-width: 130px;
      }
      @container (max-width: 1040px) {
        .schedule {
          min-width: 100px;
        }
        td.name {
          min-width: 84px;
        }
        .buttons {
          display: grid;
          grid-template-columns: auto auto;
          justify-content: end;
        }
      }
      @container (min-width: 900px) and (max-width: 1040px) {
        .buttons {
          grid-template-columns: repeat(3, auto);
        }
      }
      .system {
        padding: 1px 6px;
        border-radius: var(--radius-s);
        background: var(--idle-soft);
        color: var(--idle);
        font-size: var(--size-xs);
        font-weight: 600;
        white-space: nowrap;
        display: inline-block;
      }
      cqa-problem {
        margin-bottom: var(--space-4);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @state() private edited: (Job & { schedule: SettableSchedule }) | undefined;
  @state() private removed: Job | undefined;
  @state() private repeated: Job | undefined;
  private readonly jobs = new Resource(this, async (signal) => this.app?.api.jobs.list.query(undefined, { signal }));
  private readonly acting = new Action(this);
  private readonly removing = new Action(this);

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

  private readonly confirm = async (): Promise<void> => {
    const { app, removed } = this;
    if (!app || !removed) return;
    const isDone = await this.removing.run(async () => {
      await app.api.jobs.remove.mutate({ uid: removed.uid });
      app.say(`${removed.name} is deleted.`);
    });
    if (isDone) this.close();
  };

  private readonly close = (): void => {
    this.edited = undefined;
    this.removed = undefined;
    this.repeated = undefined;
    void this.jobs.load();
  };

  private renderActions(app: AppContext, job: Job): TemplateResult {
    const toggleWord = job.is_enabled ? 'Disable' : 'Enable';
    const isContinuous = !hasSettableSchedule(job);
    return html`<button
        class="button quiet icon small"
        type="button"
        title=${isContinuous ? noTrigger : 'Run now'}
        aria-label="Run ${job.name} now"
        ?disabled=${this.acting.isBusy || isContinuous}
        @click=${() => this.trigger(app, job)}
      >
        ${icon('play', 16)}</button
      ><button
        class="button quiet icon small"
        type="button"
        title=${isContinuous ? noBackfill : 'Import days again'}
        aria-label="Import days again by ${job.name}"
        ?hidden=${job.type !== 'data_import'}
        ?disabled=${isContinuous}
        @click=${() => {
          this.repeated = job;
        }}
      >
        ${icon('again', 16)}</button
      ><button
        class="button quiet icon small"
        type="button"
        title=${job.is_system ? 'Made for its connector; its schedule is fixed' : 'Edit'}
        aria-label="Edit ${job.name}"
        ?disabled=${job.is_system}
        @click=${() => {
          if (hasSettableSchedule(job)) this.edited = job;
        }}
      >
        ${icon('edit', 16)}</button
      ><button
        class="button quiet icon small"
        type="button"
        title=${toggleWord}
        aria-label="${toggleWord} ${job.name}"
        ?disabled=${this.acting.isBusy}
        @click=${() => this.toggle(app, job)}
      >
        ${icon(job.is_enabled ? 'pause' : 'power', 16)}</button
      ><button
        class="button quiet icon small"
        type="button"
        title=${job.is_system ? 'Made for its connector and deleted with it' : 'Delete'}
        aria-label="Delete ${job.name}"
        ?disabled=${job.is_system}
        @click=${() => {
          this.removed = job;
        }}
      >
        ${icon('trash', 16)}
      </button>`;
  }

  private renderLastRun(app: AppContext, { last_run: run }: Job): TemplateResult {
    if (!run) return html`<span class="soft">not yet</span>`;
    return html`<cqa-status .words=${executionWords[run.status]}></cqa-status><br />
      <a data-page href=${app.href(`/executions/${run.execution_id}`)}
        ><cqa-time relative .at=${run.at} .zone=${app.zone}></cqa-time
      ></a>`;
  }

  private renderSchedule(app: AppContext, job: Job): TemplateResult {
    if (hasSettableSchedule(job))
      return html`${job.runs_on_arrival ? 'On arrival, and ' : nothing}${scheduleInWords(job.schedule, app.zone)}`;
    return html`${scheduleInWords(job.schedule, app.zone)}<br /><span class="soft small">${job.is_enabled ? 'Disable it to stop reading.' : 'Enable it to go on reading.'}</span>`;
  }

  private renderStatus(job: Job): TemplateResult {
    const words = hasSettableSchedule(job) ? enabledWords : continuousWords;
    return html`<cqa-status .words=${job.is_enabled ? words : disabledWords}></cqa-status>`;
  }

  private renderJob(app: AppContext, job: Job): TemplateResult {
    return html`<tr>
      <td class="name strong break">
        ${job.name}
        ${job.is_system ? html`<span class="system" title=${madeByProduct}>auto-scheduled</span>` : nothing}
      </td>
      <td>${jobTypeWords[job.type]}</td>
      <td class="break">${job.connectors.join(', ') || html`<span class="soft">none</span>`}</td>
      <td class="schedule">${this.renderSchedule(app, job)}</td>
      <td>${this.renderStatus(job)}</td>
      <td><cqa-time .at=${job.next_due_at} .zone=${app.zone}></cqa-time></td>
      <td>${this.renderLastRun(app, job)}</td>
      <td class="by soft" title=${job.created_by}>${job.created_by}</td>
      <td class="actions"><div class="buttons">${this.renderActions(app, job)}</div></td>
    </tr>`;
  }

  private renderTable(app: AppContext, jobs: readonly Job[]): TemplateResult {
    return html`<div class="table-box" role="region" aria-label="Jobs" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>Job</th>
            <th>Type</th>
            <th>Connector</th>
            <th>Schedule</th>
            <th>Status</th>
            <th>Next run</th>
            <th>Last run</th>
            <th>Created by</th>
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

  private renderRemoval(job: Job): TemplateResult {
    return html`<cqa-confirm
      heading="Delete this job?"
      .name=${job.name}
      action="Delete job"
      .busy=${this.removing.isBusy}
      .problem=${this.removing.problem}
      @confirm=${this.confirm}
      @close=${this.close}
    >
      <p>It will not run again. A run that is going on comes to its end. Its executions stay in the history, and its connectors stay as they are.</p>
    </cqa-confirm>`;
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
      ${this.removed ? this.renderRemoval(this.removed) : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-jobs': JobsElement;
  }
}
