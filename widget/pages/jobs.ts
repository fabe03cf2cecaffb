import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Job } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { jobTypeWords, typeAndConnectors } from '../words/status.ts';
import type { JobAction } from './job-actions.ts';
import { lastRunCell, nextRunCell, scheduleCell, statusCell } from './job-cells.ts';
import { hasSettableSchedule } from './job-draft.ts';
import type { SettableJob } from './job-now.ts';
import { jobsStyles } from './jobs.styles.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import './backfill-dialog.ts';
import './job-actions.ts';
import './job-alerts-dialog.ts';
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
  @state() private edited: SettableJob | undefined;
  /** The name of what the edited one is a new copy of. */
  @state() private copyOf = '';
  /** Made by the product: its alerts alone can be set. */
  @state() private alerting: Job | undefined;
  @state() private removed: Job | undefined;
  @state() private repeated: Job | undefined;
  private readonly jobs = new Resource(this, async (signal) => this.app?.api.jobs.list.query(undefined, { signal }));
  private readonly acting = new Action(this);
  private unlisten: (() => void) | undefined;

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('app') || !this.app) return;
    this.jobs.follow(this.app.changes, ['jobs', 'executions', 'connectors'], restMs);
    this.unlisten?.();
    this.unlisten = this.app.changes.listen(['jobs'], this.showChanged);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unlisten?.();
    this.unlisten = undefined;
  }

  /** What somebody saved is shown at once; what is being read meanwhile is read again after its rest. */
  private readonly showChanged = (): void => {
    if (!this.jobs.isLoading) void this.jobs.load();
  };

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

  /** The copy is opened at once: a copy is made in order to change something. */
  private async duplicate(app: AppContext, job: Job): Promise<void> {
    await this.acting.run(async () => {
      const { uid, name } = await app.api.jobs.duplicate.mutate({ uid: job.uid });
      app.say(`${name} is made, and disabled.`);
      await this.jobs.load();
      const copy = this.jobs.value?.find((candidate) => candidate.uid === uid);
      if (!copy || !hasSettableSchedule(copy)) return;
      this.copyOf = job.name;
      this.edited = copy;
    });
  }

  private readonly close = async (): Promise<void> => {
    const { removed } = this;
    this.edited = undefined;
    this.copyOf = '';
    this.alerting = undefined;
    this.removed = undefined;
    this.repeated = undefined;
    await this.jobs.load();
    if (removed && !this.jobs.value?.some(({ uid }) => uid === removed.uid)) await this.focusTable();
  };

  /** The button that had the focus went with its job. */
  private async focusTable(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.table-box')?.focus();
  }

  private readonly act = (app: AppContext, job: Job, action: JobAction): void => {
    if (action === 'run') void this.trigger(app, job);
    else if (action === 'toggle') void this.toggle(app, job);
    else if (action === 'duplicate') void this.duplicate(app, job);
    else if (action === 'alerts') this.alerting = job;
    else if (action === 'remove') this.removed = job;
    else if (action === 'repeat') this.repeated = job;
    else if (hasSettableSchedule(job)) this.edited = job;
  };

  private renderJob(app: AppContext, job: Job): TemplateResult {
    return html`<tr role="row">
      <td role="cell" class="name strong break" data-minor=${typeAndConnectors(job.name, job)}>
        ${job.name}
        ${job.is_system ? html`<span class="system" title=${madeByProduct}>auto-scheduled</span>` : nothing}
      </td>
      <td role="cell" class="folded">${jobTypeWords[job.type]}</td>
      <td role="cell" class="folded break">${job.connectors.join(', ') || html`<span class="soft">none</span>`}</td>
      <td role="cell" class="schedule">${scheduleCell(app, job)}</td>
      <td role="cell" class="status">${statusCell(job)}</td>
      <td role="cell" data-label="Next run">${nextRunCell(app, job)}</td>
      <td role="cell" data-label="Last run">${lastRunCell(app, job)}</td>
      <td role="cell" class="minor by soft" data-label="Created by" title=${job.created_by}>${job.created_by}</td>
      <td role="cell" class="actions">
        <cqa-job-actions
          .job=${job}
          ?busy=${this.acting.isBusy}
          @action=${(event: CustomEvent<JobAction>) => this.act(app, job, event.detail)}
        ></cqa-job-actions>
      </td>
    </tr>`;
  }

  /** The roles are those of the elements; they stay where a narrow page draws each row as a card. */
  private renderTable(app: AppContext, jobs: readonly Job[]): TemplateResult {
    return html`<div class="table-box" role="region" aria-label="Jobs" tabindex="0">
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader">Job</th>
            <th role="columnheader" class="folded">Type</th>
            <th role="columnheader" class="folded">Connector</th>
            <th role="columnheader">Schedule</th>
            <th role="columnheader">Status</th>
            <th role="columnheader">Next run</th>
            <th role="columnheader">Last run</th>
            <th role="columnheader" class="minor">Created by</th>
            <th role="columnheader" class="actions"><span class="visually-hidden">Actions</span></th>
          </tr>
        </thead>
        <tbody role="rowgroup">
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

  private renderDialog(app: AppContext): TemplateResult | typeof nothing {
    if (this.edited)
      return html`<cqa-job-dialog
        .app=${app}
        .job=${this.edited}
        .copyOf=${this.copyOf}
        @close=${this.close}
      ></cqa-job-dialog>`;
    if (this.alerting)
      return html`<cqa-job-alerts-dialog .app=${app} .job=${this.alerting} @close=${this.close}></cqa-job-alerts-dialog>`;
    if (this.repeated)
      return html`<cqa-backfill-dialog .app=${app} .job=${this.repeated} @close=${this.close}></cqa-backfill-dialog>`;
    if (this.removed)
      return html`<cqa-job-removal .app=${app} .job=${this.removed} @close=${this.close}></cqa-job-removal>`;
    return nothing;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    return html`<cqa-problem .problem=${this.acting.problem}></cqa-problem>
      ${this.renderList(app)} ${this.renderDialog(app)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-jobs': JobsElement;
  }
}
