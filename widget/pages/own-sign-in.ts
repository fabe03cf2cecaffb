import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { OwnAccount } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import './own-address-dialog.ts';
import './own-password-dialog.ts';

/**
 * How the signed-in user signs in: by which address and password, and how each is changed.
 * @fires changed
 */
@customElement('cqa-own-sign-in')
export class OwnSignInElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      section.stack {
        gap: var(--space-3);
      }
      h2 {
        margin: 0;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) own: OwnAccount | undefined;
  @state() private dialog: 'address' | 'password' | undefined;

  private readonly close = (): void => {
    this.dialog = undefined;
  };

  private done(words: string): void {
    this.close();
    this.app?.say(words);
    this.dispatchEvent(new CustomEvent('changed'));
  }

  private renderBody({ address, sign_in: signIn }: OwnAccount): TemplateResult {
    if (!signIn.has_password)
      return html`<p>
        The product around the console signs you in, so you have no password here. What you sign in with is changed
        there.
      </p>`;
    return html`<p class="break">You sign in as <strong>${address.email}</strong>, with a password.</p>
      ${
        signIn.awaited_address === null
          ? nothing
          : html`<p class="break" role="status">
              A mail is on its way to <strong>${signIn.awaited_address}</strong>. Open its link within 24 hours and confirm
              the address; look among unwanted mail, too. Until then nothing changes.
            </p>`
      }
      <div class="buttons">
        ${this.renderButton('password', 'Change password')}
        ${whyNoChange(address, signIn) === undefined ? this.renderButton('address', 'Change e-mail') : nothing}
      </div>
      ${renderWhy(whyNoChange(address, signIn))}`;
  }

  private renderButton(dialog: 'address' | 'password', words: string): TemplateResult {
    return html`<button
      class="button"
      type="button"
      @click=${() => {
        this.dialog = dialog;
      }}
    >
      ${words}
    </button>`;
  }

  private renderDialog(app: AppContext, own: OwnAccount): TemplateResult | typeof nothing {
    if (this.dialog === 'password')
      return html`<cqa-own-password-dialog
        .app=${app}
        @done=${() => this.done('Your password is changed.')}
        @close=${this.close}
      ></cqa-own-password-dialog>`;
    if (this.dialog === 'address')
      return html`<cqa-own-address-dialog
        .app=${app}
        .own=${own}
        @done=${({ detail }: CustomEvent<string>) => this.done(`A mail is on its way to ${detail}.`)}
        @close=${this.close}
      ></cqa-own-address-dialog>`;
    return nothing;
  }

  override render() {
    const { app, own } = this;
    if (!app || !own) return nothing;
    return html`<section class="card stack" aria-labelledby="sign-in">
        <h2 id="sign-in">Signing in</h2>
        ${this.renderBody(own)}
      </section>
      ${this.renderDialog(app, own)}`;
  }
}

function whyNoChange(
  { state: mail }: OwnAccount['address'],
  { is_hosted: isHosted }: OwnAccount['sign_in'],
): string | undefined {
  if (isHosted)
    return 'The product around the console knows you by your e-mail. Sign in to the console itself to change it.';
  if (mail === 'not_configured')
    return 'Your e-mail cannot be changed: this installation sends no mail, by which a new one is confirmed.';
  return undefined;
}

function renderWhy(words: string | undefined): TemplateResult | typeof nothing {
  return words === undefined ? nothing : html`<p class="soft small">${words}</p>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-own-sign-in': OwnSignInElement;
  }
}
