import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { shortestPassword } from '../../shared/password.ts';
import type { PublicAccess } from '../api/client.ts';
import { messageAtField } from '../api/problem.ts';
import type { Me, SentLink } from '../api/types.ts';
import { Action, Resource } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { showFirstWrong } from './job-first-wrong.ts';
import '../parts/loading.ts';
import '../parts/lone-card.ts';
import '../parts/problem.ts';

/** What a sign-in link leads to: its user chooses a password, and is signed in with it. */
@customElement('cqa-invitation')
export class InvitationElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .wide {
        width: 100%;
        min-height: 42px;
      }
    `,
  ];

  @property({ attribute: false }) access: PublicAccess | undefined;
  @property() token = '';
  /** Whoever is signed in in this browser, if anybody. */
  @property({ attribute: false }) me: Me | undefined;
  /** A page of the console, as a link's href. */
  @property({ attribute: false }) href: (address: string) => string = (address) => address;
  @state() private password = '';
  @state() private again = '';
  @state() private missing: { field: 'password' | 'again'; words: string } | undefined;
  private readonly link = new Resource(this, async (signal) =>
    this.access?.api.session.invitation.query({ token: this.token }, { signal }),
  );
  private readonly accepting = new Action(this);

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.access || !(changed.has('access') || changed.has('token'))) return;
    this.link.clear();
    void this.link.load();
  }

  private readonly submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    this.missing = this.whatIsMissing();
    if (this.missing) return showFirstWrong(this);
    const isDone = await this.accepting.run(async () => {
      await this.access?.api.session.acceptInvitation.mutate({ token: this.token, password: this.password });
    });
    // With the cookie that came along the console opens as this user, whoever was signed in here before.
    if (isDone) return location.assign('/');
    if (this.accepting.problem?.field !== 'password') await this.link.load();
    await showFirstWrong(this);
  };

  private whatIsMissing(): InvitationElement['missing'] {
    if (this.password.length < shortestPassword)
      return { field: 'password', words: `Choose a password of at least ${shortestPassword} characters.` };
    return this.password === this.again ? undefined : { field: 'again', words: 'The two are not the same.' };
  }

  private renderPassword(field: 'password' | 'again', title: string, hint?: string): TemplateResult {
    const { problem: refusal } = this.accepting;
    const refused = refusal?.field === field ? messageAtField(refusal) : undefined;
    const problem = this.missing?.field === field ? this.missing.words : refused;
    return html`<div class="field">
      <label for=${field}>${title}</label>
      <input
        id=${field}
        class="input"
        type="password"
        autocomplete="new-password"
        maxlength="1000"
        aria-invalid=${problem ? 'true' : 'false'}
        aria-describedby="${field}.problem ${field}.hint"
        .value=${this[field]}
        @input=${(event: Event) => {
          this[field] = (event.target as HTMLInputElement).value;
        }}
      />
      ${problem ? html`<span id="${field}.problem" class="problem" role="alert">${problem}</span>` : nothing}
      ${hint && !problem ? html`<span id="${field}.hint" class="hint">${hint}</span>` : nothing}
    </div>`;
  }

  private renderForm({ address, account }: SentLink): TemplateResult {
    const { problem, isBusy } = this.accepting;
    const other = this.me && this.me.user.email !== address ? this.me.user.email : undefined;
    return html`<form class="stack" novalidate @submit=${this.submit}>
      <p>
        You sign in to <strong class="break">${account}</strong> as <strong class="break">${address}</strong>, with the
        password that you choose here.
      </p>
      ${
        other
          ? html`<p class="soft small break">
            ${other} is signed in in this browser. Saving signs that user out here, and ${address} in.
          </p>`
          : nothing
      }
      <input class="visually-hidden" type="email" autocomplete="username" tabindex="-1" aria-hidden="true" readonly .value=${address ?? ''} />
      ${this.renderPassword('password', 'Password', `At least ${shortestPassword} characters.`)}
      ${this.renderPassword('again', 'The same once more')}
      <cqa-problem .problem=${problem?.field === 'password' ? undefined : problem}></cqa-problem>
      <button class="button primary wide" type="submit" ?disabled=${isBusy}>
        ${isBusy ? 'Signing in …' : 'Save and sign in'}
      </button>
    </form>`;
  }

  private renderEnd(words: string): TemplateResult {
    return html`<p>${words}</p>
      <a class="button primary wide" data-page href=${this.href('/analyses')}>Sign in</a>`;
  }

  private renderBody(link: SentLink): TemplateResult {
    switch (link.state) {
      case 'open':
        return this.renderForm(link);
      case 'used':
        return this.renderEnd(
          'A link is good once. Sign in with the password that was chosen, or ask an admin for another link.',
        );
      case 'expired':
        return this.renderEnd(
          'It is older than 7 days, or a newer one took its place. Ask an admin of your account for another one.',
        );
      case 'withdrawn':
        return html`<p>${link.address} cannot sign in to ${link.account} now. Ask an admin of the account.</p>`;
      case 'unknown':
        return html`<p>Perhaps it was not copied in full. Else ask an admin of your account for another one.</p>`;
    }
  }

  override render() {
    const { value, problem, load } = this.link;
    return html`<cqa-lone-card heading=${value ? headings[value.state] : 'Sign-in link'}>
      <div class="stack">
        <cqa-problem what="The link could not be looked up" .problem=${problem} .again=${load}></cqa-problem>
        ${value ? this.renderBody(value) : problem ? nothing : html`<cqa-loading lines="3"></cqa-loading>`}
      </div>
    </cqa-lone-card>`;
  }
}

const headings: Record<SentLink['state'], string> = {
  open: 'Choose your password',
  used: 'This link was used already',
  expired: 'This link is too old',
  withdrawn: 'This link is not good any more',
  unknown: 'This link leads nowhere',
};

declare global {
  interface HTMLElementTagNameMap {
    'cqa-invitation': InvitationElement;
  }
}
