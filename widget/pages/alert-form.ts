import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type AlertKind, alertKinds } from '../../shared/alert.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { alertKindNames } from '../words/alert.ts';
import { type AlertDraft, emptyAlertDraft } from './alert-draft.ts';

/**
 * Who is told of what: kinds, email addresses, a webhook.
 * @fires edit - with a Partial<AlertDraft>
 */
@customElement('cqa-alert-form')
export class AlertFormElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .kinds {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(360px, 100%), 1fr));
        gap: var(--space-2) var(--space-4);
      }
      .kinds label {
        align-items: flex-start;
      }
      .kinds input {
        margin-top: 2px;
      }
      /* An address has no end of its own: it must not widen a narrow page. */
      .field {
        grid-template-columns: minmax(0, 1fr);
      }
      .field .button {
        max-width: 100%;
        padding-block: 4px;
        text-align: start;
        white-space: normal;
        overflow-wrap: anywhere;
      }
      .webhook {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(260px, 100%), 1fr));
        gap: var(--space-4);
      }
    `,
  ];

  @property({ attribute: false }) draft: AlertDraft = emptyAlertDraft;
  /** By field: `emails`, `webhook.url`, `webhook.secret`. */
  @property({ attribute: false }) problems: Record<string, string> = {};
  /** False: this installation sends no mail. */
  @property({ attribute: false }) canMail = true;

  /** Of whoever looks at it; offered while it is not among the addresses. */
  @property() mine = '';

  private edit(change: Partial<AlertDraft>): void {
    this.dispatchEvent(new CustomEvent('edit', { detail: change }));
  }

  /** Of a list the server names the entry, `emails.1`. */
  private problemAt(path: string): TemplateResult | typeof nothing {
    const found = Object.entries(this.problems).find(([field]) => field === path || field.startsWith(`${path}.`));
    return found ? html`<span class="problem" role="alert">${found[1]}</span>` : nothing;
  }

  private isWrong(path: string): 'true' | 'false' {
    return this.problemAt(path) === nothing ? 'false' : 'true';
  }

  private renderKind(kind: AlertKind): TemplateResult {
    const { kinds } = this.draft;
    const choose = (event: Event) => {
      const isOn = (event.target as HTMLInputElement).checked;
      this.edit({ kinds: alertKinds.filter((each) => (each === kind ? isOn : kinds.includes(each))) });
    };
    const { name, hint } = alertKindNames[kind];
    return html`<label class="check">
      <input type="checkbox" .checked=${kinds.includes(kind)} @change=${choose} />
      <span>${name}<br /><span class="soft small">${hint}</span></span>
    </label>`;
  }

  private renderEmails(): TemplateResult {
    return html`<div class="field">
      <label for="emails">Email addresses</label>
      <textarea
        id="emails"
        class="input"
        rows="3"
        spellcheck="false"
        autocapitalize="off"
        placeholder="operations@example.com"
        aria-invalid=${this.isWrong('emails')}
        .value=${this.draft.emails}
        @input=${(event: Event) => this.edit({ emails: (event.target as HTMLTextAreaElement).value })}
      ></textarea>
      <span class="hint">
        One a line, 20 at most. An account gets at most 20 mails an hour; beyond that one mail tells of several alerts.
        ${this.canMail ? nothing : html`<strong>Email is not configured on this installation.</strong>`}
      </span>
      ${this.problemAt('emails')} ${this.renderMine()}
    </div>`;
  }

  private renderMine(): TemplateResult | typeof nothing {
    const { mine } = this;
    const { emails } = this.draft;
    if (mine === '' || emails.toLowerCase().includes(mine.toLowerCase())) return nothing;
    const add = () => this.edit({ emails: [emails.trimEnd(), mine].filter((text) => text !== '').join('\n') });
    return html`<div>
      <button class="button small" type="button" @click=${add}>${icon('plus', 15)} Add ${mine}</button>
    </div>`;
  }

  private renderWebhook(): TemplateResult {
    const { url, secret, hasSecret } = this.draft;
    return html`<div class="webhook">
      <div class="field">
        <label for="url">Webhook URL</label>
        <input
          id="url"
          class="input"
          type="url"
          spellcheck="false"
          autocomplete="off"
          placeholder="https://hooks.example.com/cqa-alerts"
          aria-invalid=${this.isWrong('webhook.url')}
          .value=${url}
          @input=${(event: Event) => this.edit({ url: (event.target as HTMLInputElement).value })}
        />
        <span class="hint">Told by POST, as <code>alert.raised</code> and <code>alert.resolved</code>. Empty: none.</span>
        ${this.problemAt('webhook.url')}
      </div>
      <div class="field">
        <label for="secret">Signing secret</label>
        <input
          id="secret"
          class="input"
          type="password"
          autocomplete="new-password"
          placeholder=${hasSecret ? 'saved; type to change it' : ''}
          aria-invalid=${this.isWrong('webhook.secret')}
          .value=${secret}
          @input=${(event: Event) => this.edit({ secret: (event.target as HTMLInputElement).value })}
        />
        <span class="hint">16 characters or more. Without one the account’s newest API key signs.</span>
        ${this.problemAt('webhook.secret')}
      </div>
    </div>`;
  }

  override render() {
    return html`<div class="stack">
      <fieldset>
        <legend>Tell when</legend>
        <div class="kinds">${alertKinds.map((kind) => this.renderKind(kind))}</div>
      </fieldset>
      <label class="check">
        <input
          type="checkbox"
          .checked=${this.draft.recovery}
          @change=${(event: Event) => this.edit({ recovery: (event.target as HTMLInputElement).checked })}
        />
        Tell also when it is over
      </label>
      ${this.renderEmails()} ${this.renderWebhook()}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-alert-form': AlertFormElement;
  }
}
