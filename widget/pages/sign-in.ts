import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { PublicAccess } from '../api/client.ts';
import type { SignInAnswer } from '../api/types.ts';
import { Action, Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import '../parts/loading.ts';
import '../parts/lone-card.ts';
import '../parts/problem.ts';
import './set-up.ts';

type Accounts = Extract<SignInAnswer, { outcome: 'choose_account' }>['accounts'];

/**
 * Signing in with e-mail and password; the first time ever, the account is set up here instead.
 * @fires signed-in with the session's grant
 */
@customElement('cqa-sign-in')
export class SignInElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      cqa-lone-card {
        --card-width: 400px;
      }
      form {
        margin-top: var(--space-4);
      }
      .submit {
        width: 100%;
        min-height: 42px;
      }
      .account {
        width: 100%;
        justify-content: space-between;
        min-height: 46px;
      }
    `,
  ];

  @property({ attribute: false }) access: PublicAccess | undefined;
  /** In place, over a page whose session has ended: nobody else may sign in there. */
  @property({ type: Boolean }) again = false;
  @property() email = '';
  @property() account: string | undefined;
  @state() private password = '';
  @state() private accounts: Accounts | undefined;
  private readonly signingIn = new Action(this);
  private readonly setup = new Resource(this, async () => this.access?.api.setup.state.query());

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.again) void this.setup.load();
  }

  protected override updated(): void {
    if (
      this.setup.value &&
      this.setup.value.needs_account === false &&
      !this.email &&
      document.activeElement === document.body
    )
      this.renderRoot.querySelector<HTMLInputElement>('#email')?.focus();
  }

  private readonly submit = (event: Event): void => {
    event.preventDefault();
    void this.signIn(this.account);
  };

  private signIn(account: string | undefined): Promise<boolean> {
    return this.signingIn.run(async () => {
      const { email, password } = this;
      const answer = await this.access?.api.session.signIn.mutate({ email, password, ...(account ? { account } : {}) });
      if (!answer) return;
      if (answer.outcome === 'choose_account') this.accounts = answer.accounts;
      else this.dispatchEvent(new CustomEvent('signed-in', { detail: answer }));
    });
  }

  private renderForm(): TemplateResult {
    return html`<form class="stack" @submit=${this.submit}>
      <div class="field">
        <label for="email">E-mail</label>
        <input
          id="email"
          class="input"
          type="email"
          name="email"
          autocomplete="username"
          required
          ?readonly=${this.again}
          .value=${this.email}
          @input=${(event: Event) => {
            this.email = (event.target as HTMLInputElement).value;
          }}
        />
      </div>
      <div class="field">
        <label for="password">Password</label>
        <input
          id="password"
          class="input"
          type="password"
          name="password"
          autocomplete="current-password"
          required
          .value=${this.password}
          @input=${(event: Event) => {
            this.password = (event.target as HTMLInputElement).value;
          }}
        />
      </div>
      <cqa-problem .problem=${this.signingIn.problem}></cqa-problem>
      <button class="button primary submit" type="submit" ?disabled=${this.signingIn.isBusy}>
        ${this.signingIn.isBusy ? 'Signing in …' : 'Sign in'}
      </button>
    </form>`;
  }

  private renderAccounts(accounts: Accounts): TemplateResult {
    return html`<div class="stack">
      <p>This password opens several accounts. Which one?</p>
      ${accounts.map(
        (account) => html`<button
          class="button account"
          type="button"
          ?disabled=${this.signingIn.isBusy}
          @click=${() => this.signIn(account.account_id)}
        >
          ${account.name}${icon('forward', 16)}
        </button>`,
      )}
      <cqa-problem .problem=${this.signingIn.problem}></cqa-problem>
    </div>`;
  }

  private renderBody(): TemplateResult {
    if (this.accounts) return this.renderAccounts(this.accounts);
    if (this.again) return this.renderForm();
    if (this.setup.problem)
      return html`<cqa-problem .problem=${this.setup.problem} .again=${this.setup.load}></cqa-problem>`;
    if (!this.setup.value) return html`<cqa-loading lines="2"></cqa-loading>`;
    if (this.setup.value.needs_account)
      return html`<cqa-set-up
        .access=${this.access}
        @created=${(event: CustomEvent<{ email: string; password: string }>) => {
          this.email = event.detail.email;
          this.password = event.detail.password;
          void this.setup.load();
          void this.signIn(undefined);
        }}
      ></cqa-set-up>`;
    return this.renderForm();
  }

  override render() {
    if (this.again) return this.renderBody();
    return html`<cqa-lone-card>
      ${this.setup.value?.needs_account ? nothing : html`<h1 class="visually-hidden">Sign in</h1>`}
      ${this.renderBody()}
    </cqa-lone-card>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-sign-in': SignInElement;
  }
}
