import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AppContext } from '../app/context.ts';
import { problemsOf } from '../report/problem-at.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import type { AlertChoice, AlertDraft } from './alert-draft.ts';
import './alert-form.ts';

const choices: { value: AlertChoice['alertsOf']; words: string }[] = [
  { value: 'account', words: 'Whom the account’s settings name' },
  { value: 'own', words: 'Others, for this job' },
  { value: 'off', words: 'Nobody; alerts stand in the console alone' },
];

/**
 * Who is told of a job's ends: the account's, its own, or nobody.
 * @fires edit - with a Partial<AlertChoice>
 */
@customElement('cqa-job-alerts')
export class JobAlertsElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .own {
        margin-top: var(--space-3);
        padding-left: var(--space-4);
        border-left: 2px solid var(--line);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) draft: AlertChoice | undefined;
  /** By field of the job: `alerts.emails`. */
  @property({ attribute: false }) problems: Record<string, string> = {};

  private edit(change: Partial<AlertChoice>): void {
    this.dispatchEvent(new CustomEvent('edit', { detail: change }));
  }

  private renderOwn({ alerts }: AlertChoice, mine: string): TemplateResult {
    const edited = (event: CustomEvent<Partial<AlertDraft>>) => this.edit({ alerts: { ...alerts, ...event.detail } });
    return html`<cqa-alert-form
      class="own"
      .draft=${alerts}
      .problems=${problemsOf(this.problems, 'alerts')}
      .mine=${mine}
      @edit=${edited}
    ></cqa-alert-form>`;
  }

  override render() {
    const { app, draft } = this;
    if (!app || !draft) return nothing;
    return html`<fieldset>
      <legend>Who is told when it goes wrong</legend>
      ${choices.map(
        ({ value, words }) => html`<label class="check">
          <input
            type="radio"
            name="alerts"
            .checked=${draft.alertsOf === value}
            @change=${() => this.edit({ alertsOf: value })}
          />
          <span>${words}</span>
        </label>`,
      )}
      ${draft.alertsOf === 'own' ? this.renderOwn(draft, app.me.user.email) : nothing}
    </fieldset>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-job-alerts': JobAlertsElement;
  }
}
