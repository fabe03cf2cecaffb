import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { JobType } from '../../shared/job.ts';
import { messageAtField } from '../api/problem.ts';
import type { Connector, Job } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { isSame } from '../form/values.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { jobTypeWords } from '../words/status.ts';
import { dateInZone } from '../words/time.ts';
import { draftOfJob, type JobDraft, jobOf, missingInJob, newDraft, type SettableSchedule } from './job-draft.ts';
import '../parts/dialog.ts';
import '../parts/problem.ts';
import './job-report.ts';
import './job-schedule.ts';

/**
 * New job: name, type, connector of that type, schedule with the next times, and for exports the report. With `job` it
 * edits that one.
 * @fires close
 */
@customElement('cqa-job-dialog')
export class JobDialogElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        --dialog-width: 720px;
      }
      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(240px, 100%), 1fr));
        gap: var(--space-4);
      }
      h3 {
        margin-top: var(--space-2);
        padding-bottom: var(--space-1);
        border-bottom: 1px solid var(--line);
      }
      .connectors {
        display: grid;
        gap: 2px;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  /** The one to edit. */
  @property({ attribute: false }) job: (Job & { schedule: SettableSchedule }) | undefined;
  /** Name of the connector that it is opened for. */
  @property({ attribute: false }) connector: string | undefined;
  @state() private draft: JobDraft | undefined;
  @state() private missing: Record<string, string> = {};
  /** The form as it opened. */
  private atFirst: JobDraft | undefined;

  private readonly connectors = new Resource(this, async (signal) =>
    this.app?.api.connectors.list.query({}, { signal }),
  );
  private readonly saving = new Action(this);

  protected override willUpdate(): void {
    const { app, job } = this;
    if (!app || this.draft) return;
    const today = dateInZone(Date.now(), app.zone);
    this.draft = job ? draftOfJob(job, app.zone, today) : newDraft(app.zone, today);
    this.atFirst = this.draft;
  }

  protected override async firstUpdated(): Promise<void> {
    await this.connectors.load();
    const named = this.connectors.value?.find((candidate) => candidate.name === this.connector);
    if (!named || !this.atFirst) return;
    const chosen = { type: typeOf(named), connectors: [named.name] };
    this.atFirst = { ...this.atFirst, ...chosen };
    this.edit(chosen);
  }

  private readonly edit = (change: Partial<JobDraft>): void => {
    if (!this.draft) return;
    this.draft = { ...this.draft, ...change };
    this.missing = {};
    this.saving.problem = undefined;
  };

  private readonly save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { app, draft, job } = this;
    if (!app || !draft) return;
    this.missing = missingInJob(draft);
    if (Object.keys(this.missing).length > 0) return this.showFirstProblem();
    const isDone = await this.saving.run(async () => {
      const input = jobOf(draft);
      if (job) await app.api.jobs.update.mutate({ ...input, uid: job.uid });
      else await app.api.jobs.create.mutate(input);
    });
    if (!isDone) return this.showFirstProblem();
    app.say(`${draft.name} is saved.`);
    app.changes.announce('jobs', job?.uid ?? '');
    if (!job) app.go('/jobs');
    this.close();
  };

  private async showFirstProblem(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"], .problem')?.scrollIntoView({ block: 'center' });
  }

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  private get problems(): Record<string, string> {
    const { problem } = this.saving;
    return problem?.field ? { [problem.field]: messageAtField(problem), ...this.missing } : this.missing;
  }

  private problemAt(path: string): TemplateResult | typeof nothing {
    const words = this.problems[path];
    return words ? html`<span class="problem" role="alert">${words}</span>` : nothing;
  }

  private renderName(draft: JobDraft): TemplateResult {
    return html`<div class="field">
      <label for="name">Job name</label>
      <input
        id="name"
        class="input"
        maxlength="120"
        autocomplete="off"
        aria-invalid=${this.problems.name ? 'true' : 'false'}
        .value=${draft.name}
        @input=${(event: Event) => this.edit({ name: (event.target as HTMLInputElement).value })}
      />
      ${this.problemAt('name')}
    </div>`;
  }

  private renderType(draft: JobDraft): TemplateResult {
    return html`<div class="field">
      <label for="type">Type</label>
      <select
        id="type"
        class="input"
        ?disabled=${this.job !== undefined}
        @change=${(event: Event) =>
          this.edit({ type: (event.target as HTMLSelectElement).value as JobType, connectors: [] })}
      >
        ${(Object.keys(jobTypeWords) as JobType[]).map(
          (type) => html`<option value=${type} ?selected=${type === draft.type}>${jobTypeWords[type]}</option>`,
        )}
      </select>
    </div>`;
  }

  private choose(draft: JobDraft, name: string, isChosen: boolean): void {
    if (draft.type === 'data_import') {
      this.edit({ connectors: [name] });
      return;
    }
    const others = draft.connectors.filter((candidate) => candidate !== name);
    this.edit({ connectors: isChosen ? [...others, name] : others });
  }

  private renderConnectors(draft: JobDraft): TemplateResult {
    const matching = (this.connectors.value ?? []).filter((connector) => typeOf(connector) === draft.type);
    const isImport = draft.type === 'data_import';
    return html`<fieldset class="field">
      <legend>${isImport ? 'Connector' : 'Destinations'}</legend>
      <div class="connectors">
        ${matching.map(
          (connector) => html`<label class="check">
            <input
              type=${isImport ? 'radio' : 'checkbox'}
              name="connector"
              .checked=${draft.connectors.includes(connector.name)}
              @change=${(event: Event) => this.choose(draft, connector.name, (event.target as HTMLInputElement).checked)}
            />
            <span class="break">${connector.name}</span>
            ${connector.is_enabled ? nothing : html`<span class="soft small">disabled</span>`}
          </label>`,
        )}
      </div>
      ${this.connectors.value && matching.length === 0 ? this.renderNoConnector(draft) : nothing}
      <cqa-problem .problem=${this.connectors.problem} .again=${this.connectors.load}></cqa-problem>
      ${this.problemAt('connectors')}
    </fieldset>`;
  }

  private renderNoConnector(draft: JobDraft): TemplateResult {
    const kind = draft.type === 'data_import' ? 'import' : 'export';
    return html`<span class="hint">
      There is no ${kind} connector yet. Close this and create one with <strong>New Connector</strong> first.
    </span>`;
  }

  private renderForm(app: AppContext, draft: JobDraft): TemplateResult {
    const edited = (event: CustomEvent<Partial<JobDraft>>) => this.edit(event.detail);
    const { problem } = this.saving;
    return html`<form id="job" class="stack" novalidate @submit=${this.save}>
      <div class="two">${this.renderName(draft)}${this.renderType(draft)}</div>
      ${this.renderConnectors(draft)}
      <h3>When</h3>
      <cqa-job-schedule .app=${app} .draft=${draft} .problems=${this.problems} @edit=${edited}></cqa-job-schedule>
      ${
        draft.type === 'data_export'
          ? html`<h3>Report</h3>
            <cqa-job-report .app=${app} .draft=${draft} .problems=${this.problems} @edit=${edited}></cqa-job-report>`
          : nothing
      }
      <cqa-problem .problem=${problem}></cqa-problem>
    </form>`;
  }

  override render() {
    const { app, draft, job } = this;
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

function typeOf(connector: Connector): JobType {
  return connector.direction === 'import' ? 'data_import' : 'data_export';
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-job-dialog': JobDialogElement;
  }
}
