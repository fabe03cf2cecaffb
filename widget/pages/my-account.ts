import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { OwnAccount } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { zoneName } from '../words/time.ts';
import { ownAddressWords, roleWords } from '../words/user.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import './own-sign-in.ts';

/** Who is signed in: their role and what it lets them see, and whether reports can be mailed to them. */
@customElement('cqa-my-account')
export class MyAccountElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .stack {
        max-width: 720px;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(90px, 30%) minmax(0, 1fr);
        gap: var(--space-2) var(--space-4);
      }
      dt {
        color: var(--text-soft);
      }
      h2 {
        margin-bottom: var(--space-3);
      }
      section.stack {
        gap: var(--space-3);
      }
      section.stack > h2 {
        margin: 0;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  /** A mail was sent from here. */
  @state() private isSent = false;
  private readonly own = new Resource(this, async (signal) =>
    this.app?.api.session.ownAccount.query(undefined, { signal }),
  );
  private readonly sending = new Action(this);

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('focus', this.own.load);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('focus', this.own.load);
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !changed.has('app')) return;
    this.own.clear();
    void this.own.load();
  }

  protected override updated(): void {
    const address = this.own.value?.address.email;
    // It was changed by a link in a mail, perhaps in another browser; the page begins anew with it.
    if (address !== undefined && address !== this.app?.me.user.email) location.reload();
  }

  private readonly send = async (): Promise<void> => {
    const isDone = await this.sending.run(async () => {
      await this.app?.api.session.sendVerification.mutate();
    });
    if (isDone) this.isSent = true;
    else await this.own.load();
  };

  private renderFacts(app: AppContext, own: OwnAccount | undefined): TemplateResult {
    const { account, user } = app.me;
    const { word, sees } = roleWords[user.role];
    const bounds = [...(own?.teams ?? []), ...(own?.campaigns ?? []).map(({ name }) => name)];
    return html`<section class="card">
      <h2 class="break">${user.name ?? user.email}</h2>
      <dl>
        ${user.name ? html`<dt>E-mail</dt><dd class="break">${user.email}</dd>` : nothing}
        <dt>Account</dt>
        <dd class="break">${account.name}</dd>
        <dt>Role</dt>
        <dd><strong>${word}</strong><br /><span class="soft">${user.role === 'supervisor' ? supervisorSees : sees}</span></dd>
        ${
          user.role === 'supervisor' && own
            ? html`<dt>Teams and campaigns</dt>
                <dd class="break">${bounds.length > 0 ? bounds.join(', ') : 'None, so you see nothing. Ask an admin.'}</dd>`
            : nothing
        }
        <dt>Time zone</dt>
        <dd>${account.timezone} (${zoneName(Date.now(), account.timezone)}), the account’s</dd>
      </dl>
    </section>`;
  }

  private renderAddress({ address }: OwnAccount): TemplateResult {
    const { email, state: addressState, message } = address;
    return html`<section class="card stack" aria-labelledby="address">
      <h2 id="address">Reports by mail</h2>
      <div class="row">
        <strong class="break">${email}</strong>
        <cqa-status .words=${ownAddressWords(address)}></cqa-status>
      </div>
      ${addressState === 'unverified' ? this.renderSending(email) : html`<p>${message || ready}</p>`}
      <cqa-problem .problem=${this.sending.problem}></cqa-problem>
    </section>`;
  }

  private renderSending(email: string): TemplateResult {
    const { isBusy } = this.sending;
    return html`${
      this.isSent
        ? html`<p role="status">
            A mail is on its way to ${email}. Open its link within 24 hours and confirm the address; look among unwanted
            mail, too. Another one can be sent after a minute, five in a day.
          </p>`
        : html`<p>
            With Email me on the Analysis List a report is mailed to this address. First show that it is yours: have a
            mail sent to it, and open its link.
          </p>`
    }
      <div>
        <button class="button ${this.isSent ? '' : 'primary'}" type="button" ?disabled=${isBusy} @click=${this.send}>
          ${isBusy ? 'Sending …' : this.isSent ? 'Send another mail' : 'Send the verification mail'}
        </button>
      </div>`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { value, problem, load } = this.own;
    return html`<div class="stack">
      ${this.renderFacts(app, value)}
      <cqa-problem what="Your address could not be looked up" .problem=${problem} .again=${load}></cqa-problem>
      ${value ? html`<cqa-own-sign-in .app=${app} .own=${value} @changed=${load}></cqa-own-sign-in>` : nothing}
      ${value ? this.renderAddress(value) : problem ? nothing : html`<cqa-loading lines="2"></cqa-loading>`}
    </div>`;
  }
}

const supervisorSees = 'Sees the interactions of these teams and campaigns, and nothing else.';
const ready = 'With Email me on the Analysis List a report is mailed to this address.';

declare global {
  interface HTMLElementTagNameMap {
    'cqa-my-account': MyAccountElement;
  }
}
