import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { PublicAccess } from '../api/client.ts';
import type { Me, SentLink } from '../api/types.ts';
import { Action, Resource } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import '../parts/loading.ts';
import '../parts/lone-card.ts';
import '../parts/problem.ts';

/**
 * What the link of a verification mail leads to, signed in or not. It asks first: programs that look at mails open every
 * link, and none of them presses a button.
 */
@customElement('cqa-verify')
export class VerifyElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .button {
        width: 100%;
        min-height: 42px;
        padding-block: 6px;
        white-space: normal;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) access: PublicAccess | undefined;
  @property() token = '';
  /** Whoever is signed in in this browser, if anybody. */
  @property({ attribute: false }) me: Me | undefined;
  /** A page of the console, as a link's href. */
  @property({ attribute: false }) href: (address: string) => string = (address) => address;
  @state() private isDone = false;
  private readonly link = new Resource(this, async (signal) =>
    this.access?.api.session.verification.query({ token: this.token }, { signal }),
  );
  private readonly confirming = new Action(this);

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.access || !(changed.has('access') || changed.has('token'))) return;
    this.isDone = false;
    this.link.clear();
    void this.link.load();
  }

  private readonly confirm = async (): Promise<void> => {
    this.isDone = await this.confirming.run(async () => {
      await this.access?.api.session.confirmAddress.mutate({ token: this.token });
    });
    // It may have been used or have ended meanwhile: then the page says so.
    if (!this.isDone) await this.link.load();
  };

  private renderNext(words: string): TemplateResult {
    const { me, href, link } = this;
    // A page that shows who is signed in is not right any more where his address has changed: it is loaded anew.
    const isSame = (link.value?.replaces ?? null) === null;
    return html`<p>${words}</p>
      <a class="button primary" ?data-page=${isSame} href=${href(me ? '/analyses' : '/my-account')}
        >${me ? 'Go to the Analysis List' : 'Sign in'}</a
      >`;
  }

  private renderAgain(words: string): TemplateResult {
    const { me, href } = this;
    const next = me
      ? 'Have another mail sent from your account.'
      : 'Sign in, and have another mail sent from the page My account.';
    return html`<p>${words} ${next}</p>
      <a class="button primary" data-page href=${href('/my-account')}>${me ? 'Open my account' : 'Sign in'}</a>`;
  }

  private renderWhat({ address, account, replaces }: SentLink): TemplateResult {
    if (replaces !== null)
      return html`<p class="break">
        Whoever signs in to <strong>${account}</strong> as <strong>${replaces}</strong> wants to sign in as
        <strong>${address}</strong> from now on, and to have mails there. Confirm it, and that is so.
      </p>`;
    return html`<p class="break">
      <strong>${address}</strong> is the address of a user of <strong>${account}</strong>. Confirm that it is yours, and
      reports that you ask for can be mailed there.
    </p>`;
  }

  private renderQuestion(link: SentLink): TemplateResult {
    const { me } = this;
    const { address, replaces } = link;
    const isOther = me !== undefined && ![address, replaces].includes(me.user.email);
    return html`${this.renderWhat(link)}
      ${isOther ? html`<p class="soft small">In this browser ${me.user.email} is signed in; that does not matter.</p>` : nothing}
      <cqa-problem .problem=${this.confirming.problem}></cqa-problem>
      <button class="button primary" type="button" ?disabled=${this.confirming.isBusy} @click=${this.confirm}>
        ${this.confirming.isBusy ? 'Confirming …' : `Confirm ${address}`}
      </button>
      <p class="soft small">Did you not ask for this? Close the page, and nothing happens.</p>`;
  }

  private renderBody(link: SentLink): TemplateResult {
    if (this.isDone)
      return this.renderNext(
        link.replaces === null
          ? `Reports that you ask for can be mailed to ${link.address} now.`
          : `You sign in as ${link.address} from now on, with the password that you have.`,
      );
    switch (link.state) {
      case 'open':
        return this.renderQuestion(link);
      case 'used':
        return this.renderNext(
          `${link.address} was confirmed for ${link.account} before. There is nothing left to do.`,
        );
      case 'expired':
        return this.renderAgain(
          link.replaces === null
            ? 'A link is good for 24 hours, and this one is older.'
            : 'It is older than 24 hours, or a newer one or another password came after it.',
        );
      case 'withdrawn':
        return html`<p>
          ${link.address} cannot sign in to ${link.account} any more, so there is nothing to confirm. Ask an admin of the
          account.
        </p>`;
      case 'unknown':
        return this.renderAgain('Perhaps the address was not copied in full, or the link is more than a month old.');
    }
  }

  override render() {
    const { value, problem, load } = this.link;
    const heading = value ? (this.isDone ? 'Your address is confirmed' : headingOf(value)) : 'Your address';
    return html`<cqa-lone-card heading=${heading}>
      <div class="stack" aria-live="polite">
        <cqa-problem what="The link could not be looked up" .problem=${problem} .again=${load}></cqa-problem>
        ${value ? this.renderBody(value) : problem ? nothing : html`<cqa-loading lines="2"></cqa-loading>`}
      </div>
    </cqa-lone-card>`;
  }
}

function headingOf({ state, replaces }: SentLink): string {
  return state === 'open' && replaces !== null ? 'Is this your new address?' : headings[state];
}

const headings: Record<SentLink['state'], string> = {
  open: 'Is this your address?',
  used: 'Your address is confirmed already',
  expired: 'This link is too old',
  withdrawn: 'This link is not good any more',
  unknown: 'This link leads nowhere',
};

declare global {
  interface HTMLElementTagNameMap {
    'cqa-verify': VerifyElement;
  }
}
