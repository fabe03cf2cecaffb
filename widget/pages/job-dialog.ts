import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { longestJobName } from '../../shared/job.ts';
import { messageAtField } from '../api/problem.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { isSame } from '../form/values.ts';
import { newReport, type ReportDraft } from '../report/draft.ts';
import { problemsOf } from '../report/problem-at.ts';
import { rememberReport } from '../report/remember.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { jobDialogStyles } from './job-dialog.styles.ts';
import { draftOfJob, draftWithChanges, type JobDraft, jobOf, missingInJob, newDraft } from './job-draft.ts';
import { jobField } from './job-field.ts';
import { enabledField, typeField } from './job-fields.ts';
import { showFirstWrong } from './job-first-wrong.ts';
import { jobNow, type SettableJob } from './job-now.ts';
import '../parts/dialog.ts';
import '../parts/not-saved.ts';
import '../parts/problem.ts';
import '../report/report.ts';
import './job-alerts.ts';
import { jobTypeOf } from './job-connectors.ts';
import './job-schedule.ts';

/**
 * New job: name, type, connector of that type, schedule with the next times, and for exports the report. With `job` it
 * edits that one.
 * @fires close
 */
@customElement('cqa-job-dialog')
export class JobDialogElement extends LitElement {
  static override styles = [base, controls, jobDialogStyles];

  @property({ attribute: false }) app: AppContext | undefined;
  /** The one to edit. */
  @property({ attribute: false }) job: SettableJob | undefined;
  /** The same, read again since. The property stays the page's, which sets it anew each time it draws itself. */
  @state() private loaded: SettableJob | undefined;
  /** Where `job` is a copy that was made just now: the name of what it is a copy of. */
  @property({ attribute: false }) copyOf = '';
  /** Name of the connector that it is opened for. */
  @property({ attribute: false }) connector: string | undefined;
  @state() private draft: JobDraft | undefined;
  @state() private missing: Record<string, string> = {};
  /** Once saving was tried, what is missing is told as it is typed. */
  private isTried = false;
  /** The form as it opened. */
  private atFirst: JobDraft | undefined;

  private readonly connectors = new Resource(this, async (signal) =>
    this.app?.api.connectors.list.query({}, { signal }),
  );
  private readonly preferences = new Resource(this, async (signal) =>
    this.app?.api.preferences.get.query(undefined, { signal }),
  );
  private readonly saving = new Action(this);

  private get current(): SettableJob | undefined {
    return this.loaded ?? this.job;
  }

  protected override willUpdate(): void {
    const { app, current: job } = this;
    if (!app || this.draft) return;
    const now = Date.now();
    this.draft = job ? draftOfJob(job, app.zone, now) : newDraft(app.zone, now);
    this.atFirst = this.draft;
  }

  protected override async firstUpdated(): Promise<void> {
    void this.focusName();
    if (!this.current) void this.beginReport();
    await this.connectors.load();
    const named = this.connectors.value?.find((candidate) => candidate.name === this.connector);
    if (!named || !this.atFirst) return;
    const chosen = { type: jobTypeOf(named), connectors: [named.name] };
    this.atFirst = { ...this.atFirst, ...chosen };
    this.edit(chosen);
  }

  /** A new report begins with what its user chose last, unless he was quicker. */
  private readonly beginReport = async (): Promise<void> => {
    await this.preferences.load();
    const { atFirst, draft } = this;
    if (!this.preferences.value || !atFirst || draft?.report !== atFirst.report) return;
    const report = newReport(this.preferences.value);
    this.atFirst = { ...atFirst, report };
    this.edit({ report });
  };

  /** A dialog opens with the focus on its first button, which is the one that closes it. */
  private async focusName(): Promise<void> {
    await this.renderRoot.querySelector('cqa-dialog')?.updateComplete;
    const name = this.renderRoot.querySelector<HTMLInputElement>('#name');
    name?.focus();
    if (this.copyOf !== '') name?.select();
  }

  private readonly edit = (change: Partial<JobDraft>): void => {
    if (!this.draft) return;
    this.draft = { ...this.draft, ...change };
    this.missing = this.isTried ? missingInJob(this.draft) : {};
    this.saving.problem = undefined;
  };

  private readonly editedReport = ({ detail }: CustomEvent<Partial<ReportDraft>>): void => {
    if (this.draft) this.edit({ report: { ...this.draft.report, ...detail } });
  };

  private readonly edited = ({ detail }: CustomEvent<Partial<JobDraft>>): void => this.edit(detail);

  private readonly save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { app, draft, current: job } = this;
    if (!app || !draft) return;
    this.isTried = true;
    this.missing = missingInJob(draft);
    if (Object.keys(this.missing).length > 0) return showFirstWrong(this);
    const isDone = await this.saving.run(async () => {
      const input = jobOf(draft);
      const keepsEnabled = draft.isEnabled === this.atFirst?.isEnabled;
      if (!job) await app.api.jobs.create.mutate(input);
      else
        await app.api.jobs.update.mutate({ ...input, uid: job.uid, version: job.version, keeps_enabled: keepsEnabled });
    });
    if (!isDone) return showFirstWrong(this);
    if (draft.type === 'data_export' && !(job && isSame(draft.report, this.atFirst?.report)))
      void rememberReport(app, draft.report);
    app.say(`${draft.name} is saved.`);
    app.changes.announce('jobs', job?.uid ?? '');
    if (!job) app.go('/jobs');
    this.close();
  };

  /** Somebody else has saved meanwhile: the job as it is now, with or without what was changed here. */
  private readonly loadNow = async ({ detail: keepsChanges }: CustomEvent<boolean>): Promise<void> => {
    const { app, current: job, draft, atFirst } = this;
    if (!app || !job || !draft || !atFirst) return;
    const isDone = await this.saving.run(async () => {
      this.loaded = await jobNow(app, job);
      this.atFirst = draftOfJob(this.loaded, app.zone, Date.now());
      this.draft = keepsChanges ? draftWithChanges(this.atFirst, draft, atFirst) : this.atFirst;
    });
    if (!isDone) return;
    void this.connectors.load();
    void this.focusName();
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  private get problems(): Record<string, string> {
    const { problem } = this.saving;
    return problem?.field ? { [problem.field]: messageAtField(problem), ...this.missing } : this.missing;
  }

  private renderName(draft: JobDraft): TemplateResult {
    return jobField({
      ...{ path: 'name', title: 'Job name', type: 'text', value: draft.name, longest: longestJobName },
      problem: this.problems.name,
      onInput: (name) => this.edit({ name }),
    });
  }

  private renderConnectors(draft: JobDraft): TemplateResult {
    const { value, problem, load } = this.connectors;
    return html`<cqa-job-connectors
        .draft=${draft}
        .connectors=${value}
        .problem=${this.problems.connectors}
        @edit=${this.edited}
      ></cqa-job-connectors>
      <cqa-problem .problem=${problem} .again=${load}></cqa-problem>`;
  }

  private renderReport(app: AppContext, { report }: JobDraft): TemplateResult {
    const { problem } = this.preferences;
    return html`<h3>Report</h3>
      <cqa-problem
        what="Which columns you used last could not be read"
        .problem=${problem}
        .again=${this.beginReport}
      ></cqa-problem>
      <cqa-report
        .app=${app}
        .draft=${report}
        .problems=${problemsOf(this.problems, 'report')}
        @edit=${this.editedReport}
      ></cqa-report>`;
  }

  private renderForm(app: AppContext, draft: JobDraft): TemplateResult {
    const { problem, isBusy } = this.saving;
    return html`<form id="job" class="stack" novalidate @submit=${this.save}>
      ${
        this.copyOf === ''
          ? nothing
          : html`<p class="soft">
            A copy of <strong class="break">${this.copyOf}</strong>, which is disabled: change what is to differ, then
            enable it.
          </p>`
      }
      <div class="two">${this.renderName(draft)}${typeField(draft, this.current !== undefined, this.edit)}</div>
      ${this.renderConnectors(draft)}
      <h3>When</h3>
      <cqa-job-schedule .app=${app} .draft=${draft} .problems=${this.problems} @edit=${this.edited}></cqa-job-schedule>
      ${enabledField(draft, this.edit)}
      ${draft.type === 'data_export' ? this.renderReport(app, draft) : nothing}
      <h3>Alerts</h3>
      <cqa-job-alerts .app=${app} .draft=${draft} .problems=${this.problems} @edit=${this.edited}></cqa-job-alerts>
      <cqa-not-saved .problem=${problem} ?busy=${isBusy} @load=${this.loadNow}></cqa-not-saved>
    </form>`;
  }

  override render() {
    const { app, draft, current: job } = this;
    if (!app || !draft) return nothing;
    const word = job ? 'Save' : 'Create job';
    return html`<cqa-dialog
      heading=${job ? `Edit ${job.name}` : 'New job'}
      .isChanged=${!isSame(draft, this.atFirst)}
      @close=${this.close}
    >
      ${this.renderForm(app, draft)}
      <button slot="actions" class="button" type="button" @click=${this.close}>Cancel</button>
      <button slot="actions" class="button primary" type="submit" form="job" ?disabled=${this.saving.isBusy}>
        ${this.saving.isBusy ? 'Saving …' : word}
      </button>
    </cqa-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-job-dialog': JobDialogElement;
  }
}
