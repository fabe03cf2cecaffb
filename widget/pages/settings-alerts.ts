import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { messageAtField } from '../api/problem.ts';
import type { AlertMail, AlertSettingsShown, AlertTrial } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { isSame, withChanges } from '../form/values.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { mailName, wordsOfMail } from '../words/alert.ts';
import { type AlertDraft, alertDraftOf, alertSettingsOf, namesNobody } from './alert-draft.ts';
import { settingsAlertsStyles } from './settings-alerts.styles.ts';
import '../parts/loading.ts';
import '../parts/not-saved.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import '../parts/time.ts';
import './alert-form.ts';

/** Settings → who is told of alerts: the account's defaults, a test with its answer, and the newest mails. */
@customElement('cqa-settings-alerts')
export class SettingsAlertsElement extends LitElement {
  static override styles = [base, controls, tables, settingsAlertsStyles];

  @property({ attribute: false }) app: AppContext | undefined;
  @state() private draft: AlertDraft | undefined;
  @state() private saved: AlertDraft | undefined;
  /** Of the settings that the draft began with; what is shown beside it is read again meanwhile. */
  private version = '';
  @state() private trials: AlertTrial[] = [];
  private readonly shown = new Resource(this, async (signal) =>
    this.app?.api.alerts.settings.query(undefined, { signal }),
  );
  private readonly saving = new Action(this);
  private readonly testing = new Action(this);

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (this.app && changed.has('app')) {
      this.shown.clear();
      this.shown.follow(this.app.changes, ['alerts']);
    }
    const { value } = this.shown;
    if (value && !this.draft) this.begin(value);
  }

  private begin({ settings, version }: AlertSettingsShown): void {
    this.draft = alertDraftOf(settings);
    this.saved = this.draft;
    this.version = version;
  }

  private readonly edit = (event: CustomEvent<Partial<AlertDraft>>): void => {
    if (!this.draft) return;
    this.draft = { ...this.draft, ...event.detail };
    this.saving.problem = undefined;
    this.testing.problem = undefined;
  };

  private readonly save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { app, draft: sent } = this;
    if (!app || !sent) return;
    const isDone = await this.saving.run(async () => {
      await app.api.alerts.saveSettings.mutate({ ...alertSettingsOf(sent), version: this.version });
    });
    if (!isDone) return;
    app.say('Saved.');
    await this.beginAgain(sent);
  };

  /** With what is stored now and whatever was typed since `from`. */
  private async beginAgain(from: AlertDraft): Promise<void> {
    await this.shown.load();
    const { value, problem } = this.shown;
    const { draft } = this;
    if (!value || problem || !draft) return;
    this.begin(value);
    this.draft = withChanges(alertDraftOf(value.settings), draft, from);
  }

  /** Somebody else has saved meanwhile: the settings as they are now, with or without what was changed here. */
  private readonly loadNow = async ({ detail: keepsChanges }: CustomEvent<boolean>): Promise<void> => {
    const { draft, saved } = this;
    if (!draft || !saved) return;
    await this.beginAgain(keepsChanges ? saved : draft);
    if (!this.shown.problem) this.saving.problem = undefined;
  };

  private readonly test = async (): Promise<void> => {
    const { app, draft } = this;
    if (!app || !draft) return;
    this.trials = [];
    await this.testing.run(async () => {
      const { emails, webhook } = alertSettingsOf(draft);
      this.trials = await app.api.alerts.test.mutate({ emails, ...(webhook && { webhook }) });
    });
    await this.shown.load();
  };

  private get problems(): Record<string, string> {
    const problem = this.saving.problem ?? this.testing.problem;
    return problem?.field ? { [problem.field]: messageAtField(problem) } : {};
  }

  private renderOff({ email_from: from, webhooks_enabled: hasWebhooks }: AlertSettingsShown): TemplateResult {
    return html`${
      from === null
        ? html`<p class="caution">
          ${icon('warning', 20)}<span
            >Email is not configured on this installation, so no mail is sent. Whoever runs it sets
            <code>CQA_EMAIL_FROM</code> to an address that Amazon SES has verified.</span
          >
        </p>`
        : nothing
    }${
      hasWebhooks
        ? nothing
        : html`<p class="caution">
          ${icon('warning', 20)}<span>Webhooks are switched off for this account, also those about alerts.</span>
        </p>`
    }${
      this.saved && namesNobody(this.saved)
        ? html`<p class="caution">
          ${icon('warning', 20)}<span
            >Nobody is told of alerts yet: enter an email address or a webhook, then save. Until then they stand on the
            page Alerts alone.</span
          >
        </p>`
        : nothing
    }`;
  }

  private renderForm(app: AppContext, shown: AlertSettingsShown, draft: AlertDraft): TemplateResult {
    const isChanged = !isSame(draft, this.saved);
    const isBusy = this.saving.isBusy || this.testing.isBusy;
    return html`<form class="card stack" novalidate @submit=${this.save}>
      <cqa-alert-form
        .draft=${draft}
        .problems=${this.problems}
        .canMail=${shown.email_from !== null}
        .mine=${app.me.user.email}
        @edit=${this.edit}
      ></cqa-alert-form>
      <cqa-not-saved
        .problem=${this.saving.problem ?? this.testing.problem}
        ?busy=${this.shown.isLoading}
        @load=${this.loadNow}
      ></cqa-not-saved>
      <div class="row">
        <button class="button primary" type="submit" ?disabled=${!isChanged || isBusy}>
          ${this.saving.isBusy ? 'Saving …' : 'Save'}
        </button>
        <button class="button" type="button" ?disabled=${isBusy} @click=${this.test}>
          ${this.testing.isBusy ? 'Sending …' : 'Send a test'}
        </button>
        ${shown.email_from === null ? nothing : html`<span class="soft small break">Mails come from ${shown.email_from}</span>`}
      </div>
      ${this.renderTrials()}
    </form>`;
  }

  private renderTrials(): TemplateResult {
    return html`<ul class="trials" aria-label="What came of the test" aria-live="polite">
      ${this.trials.map(
        ({ to, ok, message }) => html`<li class=${ok ? 'good' : 'bad'}>
          ${icon(ok ? 'check' : 'close', 20)}
          <span class="grow break"><strong>${to}</strong><br />${message}</span>
        </li>`,
      )}
    </ul>`;
  }

  private renderMail(app: AppContext, mail: AlertMail): TemplateResult {
    const recipients = mail.recipients.join(', ');
    return html`<tr>
      <td>
        <cqa-status .words=${wordsOfMail(mail)}></cqa-status>
        ${mail.failure ? html`<p class="soft break">${mail.failure}</p>` : nothing}
      </td>
      <td data-minor=${recipients} class="break">${mailName(mail)}</td>
      <td class="to minor">${recipients}</td>
      <td><cqa-time .at=${mail.created_at} .zone=${app.zone}></cqa-time></td>
    </tr>`;
  }

  private renderMails(app: AppContext, mails: AlertMail[]): TemplateResult {
    if (mails.length === 0) return html`<p class="lead">No mail about alerts was sent yet.</p>`;
    return html`<div class="table-box" role="region" aria-label="The newest mails" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>State</th>
            <th>What</th>
            <th class="minor">To</th>
            <th>When</th>
          </tr>
        </thead>
        <tbody>
          ${mails.map((mail) => this.renderMail(app, mail))}
        </tbody>
      </table>
    </div>`;
  }

  override render() {
    const { app, draft } = this;
    if (!app) return nothing;
    const { value, problem, load } = this.shown;
    return html`<div class="stack">
      <p class="lead">
        Who is told when something goes wrong, unless a job names others. Each alert is told once, again after a day
        while it lasts, and once when it is over. <a data-page href=${app.href('/alerts')}>Open alerts</a>
      </p>
      <cqa-problem what="The settings could not be loaded" .problem=${problem} .again=${load}></cqa-problem>
      ${
        value && draft
          ? html`${this.renderOff(value)} ${this.renderForm(app, value, draft)}
            <section aria-labelledby="mails">
              <h2 id="mails">Newest mails</h2>
              ${this.renderMails(app, value.mails)}
            </section>`
          : problem
            ? nothing
            : html`<cqa-loading lines="5" label="Loading the settings"></cqa-loading>`
      }
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-settings-alerts': SettingsAlertsElement;
  }
}
