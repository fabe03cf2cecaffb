import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Invitation, User } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { dateTimeInZone } from '../words/time.ts';
import '../parts/copy.ts';
import '../parts/dialog.ts';
import '../parts/problem.ts';

type Way = 'mail' | 'link';

/**
 * A link with which a user chooses a password: mailed to them, or shown here once.
 * @fires invited
 * @fires close
 */
@customElement('cqa-user-invitation')
export class UserInvitationElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        --dialog-width: 560px;
      }
      label.check {
        align-items: flex-start;
      }
      label.check > input {
        margin-top: 2px;
      }
      .ways {
        display: grid;
        gap: var(--space-2);
      }
      textarea.input {
        font-family: var(--font-mono);
        font-size: var(--size-s);
        resize: none;
        word-break: break-all;
        field-sizing: content;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) user: User | undefined;
  /** Whether this installation can mail anything. */
  @property({ attribute: false }) canMail = false;
  @state() private way: Way | undefined;
  @state() private made: Invitation | undefined;
  private readonly inviting = new Action(this);

  private get chosen(): Way {
    return this.way ?? (this.canMail ? 'mail' : 'link');
  }

  private readonly submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { app, user, chosen } = this;
    if (!app || !user) return;
    const isDone = await this.inviting.run(async () => {
      this.made = await app.api.users.invite.mutate({ uid: user.uid, way: chosen });
    });
    if (isDone) this.dispatchEvent(new CustomEvent('invited'));
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  private renderWay(way: Way, title: string, hint: string): TemplateResult {
    return html`<label class="check">
      <input
        type="radio"
        name="way"
        ?disabled=${way === 'mail' && !this.canMail}
        .checked=${this.chosen === way}
        @change=${() => {
          this.way = way;
        }}
      />
      <span><strong>${title}</strong><br /><span class="soft small">${hint}</span></span>
    </label>`;
  }

  private renderForm({ email, has_password: hasPassword }: User): TemplateResult {
    const { isBusy, problem } = this.inviting;
    const noMail = 'Email is not configured on this installation. Whoever runs it sets CQA_EMAIL_FROM.';
    const action = this.chosen === 'mail' ? 'Mail the link' : 'Show the link';
    return html`<form class="stack" id="invitation" @submit=${this.submit}>
        <p>
          <strong class="break">${email}</strong>
          ${
            hasPassword
              ? 'can sign in. With a link they choose a new password; until then the old one works.'
              : 'cannot sign in yet. With a link they choose a password, and are signed in.'
          }
          It is good once, for 7 days. An earlier link ends.
        </p>
        <fieldset class="field">
          <legend>How they get the link</legend>
          <div class="ways">
            ${this.renderWay('mail', 'By mail', this.canMail ? 'It goes to that address alone, so using it verifies the address too.' : noMail)}
            ${this.renderWay('link', 'I hand it over myself', 'It is shown here once. They verify their address later, by a mail of its own.')}
          </div>
        </fieldset>
        <p class="soft small">
          Whoever opens the console inside your own product needs no link: the page around it signs them in by their
          address.
        </p>
        <cqa-problem .problem=${problem}></cqa-problem>
      </form>
      <button slot="actions" class="button" type="button" ?disabled=${isBusy} @click=${this.close}>Not now</button>
      <button slot="actions" class="button primary" type="submit" form="invitation" ?disabled=${isBusy}>
        ${isBusy ? 'Working …' : action}
      </button>`;
  }

  private renderMade(app: AppContext, { address, link, expires_at: at }: Invitation): TemplateResult {
    const until = dateTimeInZone(at, app.zone);
    return html`<div class="stack">
        ${
          link === null
            ? html`<p role="status">
              The link was mailed to <strong class="break">${address}</strong>. It is good once, until ${until}.
            </p>`
            : this.renderLink(address, link, until)
        }
      </div>
      <button slot="actions" class="button primary" type="button" @click=${this.close}>Done</button>`;
  }

  private renderLink(address: string, link: string, until: string): TemplateResult {
    const select = (event: Event) => (event.target as HTMLTextAreaElement).select();
    return html`<div class="caution" role="status">
        ${icon('warning', 20)}
        <p>
          <strong>You will not see this link again.</strong> Whoever opens it signs in as
          <span class="break">${address}</span>, so hand it over in private. It is good once, until ${until}.
        </p>
      </div>
      <div class="field">
        <label for="link">Sign-in link</label>
        <textarea id="link" class="input" rows="2" readonly spellcheck="false" .value=${link} @focus=${select}></textarea>
        <cqa-copy .text=${link} label="Copy the link"></cqa-copy>
      </div>`;
  }

  override render() {
    const { app, user } = this;
    const made = this.made;
    if (!app || !user) return nothing;
    // While the link is made it stays: an earlier one ends with it, and this one is shown nowhere else.
    return html`<cqa-dialog
      heading=${user.has_password ? 'New password' : 'Sign-in link'}
      .isClosable=${!this.inviting.isBusy}
      @close=${this.close}
    >
      ${made ? this.renderMade(app, made) : this.renderForm(user)}
    </cqa-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-user-invitation': UserInvitationElement;
  }
}
