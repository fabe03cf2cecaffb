import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { messageAtField } from '../api/problem.ts';
import type { Job } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { isSame } from '../form/values.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { type AlertChoice, alertChoiceOf, choiceWithChanges, jobAlertsOf } from './alert-draft.ts';
import { showFirstWrong } from './job-first-wrong.ts';
import '../parts/dialog.ts';
import '../parts/not-saved.ts';
import './job-alerts.ts';

/**
 * Whom the alerts of a job that the product made are told to: all that can be set of it.
 * @fires close
 */
@customElement('cqa-job-alerts-dialog')
export class JobAlertsDialogElement extends LitElement {
  static override styles = [base, controls];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) job: Job | undefined;
  /** The same, read again since. The property stays the page's, which sets it anew each time it draws itself. */
  @state() private loaded: Job | undefined;
  @state() private draft: AlertChoice | undefined;
  private atFirst: AlertChoice | undefined;
  private readonly saving = new Action(this);

  private get current(): Job | undefined {
    return this.loaded ?? this.job;
  }

  protected override willUpdate(): void {
    if (!this.current || this.draft) return;
    this.draft = alertChoiceOf(this.current.alerts);
    this.atFirst = this.draft;
  }

  private readonly edit = (event: CustomEvent<Partial<AlertChoice>>): void => {
    if (!this.draft) return;
    this.draft = { ...this.draft, ...event.detail };
    this.saving.problem = undefined;
  };

  private readonly save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { app, current: job, draft } = this;
    if (!app || !job || !draft) return;
    const isDone = await this.saving.run(async () => {
      const { uid, version } = job;
      await app.api.alerts.setJob.mutate({ uid, version, alerts: jobAlertsOf(draft) ?? null });
    });
    if (!isDone) return showFirstWrong(this);
    app.say(`The alerts of ${job.name} are saved.`);
    this.close();
  };

  /** Somebody else has saved meanwhile: the alerts as they are now, with or without what was changed here. */
  private readonly loadNow = async ({ detail: keepsChanges }: CustomEvent<boolean>): Promise<void> => {
    const { app, current: job, draft, atFirst } = this;
    if (!app || !job || !draft || !atFirst) return;
    await this.saving.run(async () => {
      this.loaded = { ...job, ...(await app.api.jobs.get.query({ uid: job.uid })) };
      this.atFirst = alertChoiceOf(this.loaded.alerts);
      this.draft = keepsChanges ? choiceWithChanges(this.atFirst, draft, atFirst) : this.atFirst;
    });
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  override render() {
    const { app, current: job, draft } = this;
    if (!app || !job || !draft) return nothing;
    const { problem, isBusy } = this.saving;
    const problems = problem?.field ? { [problem.field]: messageAtField(problem) } : {};
    return html`<cqa-dialog
      heading="Alerts of ${job.name}"
      .isChanged=${!isSame(draft, this.atFirst)}
      @close=${this.close}
    >
      <form id="alerts" class="stack" novalidate @submit=${this.save}>
        <p class="soft">
          This job was made for its connector and goes with it.
          ${
            job.schedule.frequency === 'continuous'
              ? 'It reads events as they come.'
              : 'Its schedule is fixed; to read the connector at other times as well, make a new job with it.'
          }
        </p>
        <cqa-job-alerts .app=${app} .draft=${draft} .problems=${problems} @edit=${this.edit}></cqa-job-alerts>
        <cqa-not-saved .problem=${problem} ?busy=${isBusy} @load=${this.loadNow}></cqa-not-saved>
      </form>
      <button slot="actions" class="button" type="button" @click=${this.close}>Cancel</button>
      <button slot="actions" class="button primary" type="submit" form="alerts" ?disabled=${isBusy}>
        ${isBusy ? 'Saving …' : 'Save'}
      </button>
    </cqa-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-job-alerts-dialog': JobAlertsDialogElement;
  }
}
