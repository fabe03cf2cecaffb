import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { Changes } from '../api/changes.ts';
import { type Api, openApi, openPublicApi, type PublicAccess } from '../api/client.ts';
import { type Problem, problemOf } from '../api/problem.ts';
import { renewByCookie, renewByHost } from '../api/renewal.ts';
import { type Grant, Session, type SessionState } from '../api/session.ts';
import type { Me } from '../api/types.ts';
import { HostBridge } from '../host/bridge.ts';
import { type FrameSettings, frameSettings } from '../host/settings.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import type { AppContext } from './context.ts';
import { endedInFrame, signedOut, signInAgain } from './ended.ts';
import { clickedAddress } from './links.ts';
import { Router } from './router.ts';
import { parseAddress, type Route } from './routes.ts';
import '../pages/invitation.ts';
import '../pages/sign-in.ts';
import '../pages/verify.ts';
import '../parts/problem.ts';
import './shell.ts';

const saidForMs = 4000;

/** The console: finds out where it stands and who is there, then shows the shell, the sign-in page, or what is wrong. */
@customElement('cqa-app')
export class AppElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        min-height: 100%;
      }
      .middle {
        display: grid;
        min-height: 100dvh;
        place-items: center;
        padding: var(--space-4);
      }
      .middle > * {
        max-width: 560px;
      }
      .said {
        position: fixed;
        inset: auto auto var(--space-5) 50%;
        transform: translateX(-50%);
        margin: 0;
        padding: var(--space-2) var(--space-4);
        border: 0;
        border-radius: var(--radius-full);
        background: var(--text);
        color: var(--ground);
        box-shadow: var(--shadow-float);
        font-weight: 550;
      }
    `,
  ];

  @state() private sessionState: SessionState = 'starting';
  @state() private me: Me | undefined;
  @state() private route: Route = parseAddress('/');
  @state() private problem: Problem | undefined;
  @state() private said = '';

  private readonly frame: FrameSettings | undefined = frameSettings(document.querySelector('#cqa-frame')?.textContent);
  private readonly access: PublicAccess = { api: openPublicApi() };
  private readonly host: HostBridge | undefined = this.frame ? new HostBridge(this.frame) : undefined;
  private readonly session: Session = new Session(
    this.host ? renewByHost(this.host, this.access.api) : renewByCookie(),
    (next) => this.follow(next),
  );
  private readonly api: Api = openApi(this.session);
  private readonly changes: Changes = new Changes(this.api, this.session);
  private readonly router: Router = new Router(this.frame !== undefined, (route, address) => {
    this.route = route;
    void this.tellHost(address);
  });

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.host) this.host.onAddress = (address) => this.router.go(address, 'replace');
    this.addEventListener('click', this.followLink);
    this.router.start();
    void this.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.changes.stop();
    this.session.stop();
    this.router.stop();
  }

  private readonly begin = async (): Promise<void> => {
    this.problem = undefined;
    try {
      await this.session.start();
    } catch (error) {
      this.problem = problemOf(error);
    }
  };

  private follow(next: SessionState): void {
    const before = this.sessionState;
    this.sessionState = next;
    if (next === 'signed-in' && before !== 'ended') void this.enter();
    if (next === 'signed-out') this.leave();
  }

  private readonly enter = async (): Promise<void> => {
    this.problem = undefined;
    try {
      this.me = await this.api.session.me.query();
      this.session.userId = this.me.user.user_id;
      this.changes.start();
    } catch (error) {
      this.problem = problemOf(error);
    }
  };

  private leave(): void {
    this.changes.stop();
    this.me = undefined;
    this.session.userId = undefined;
  }

  private readonly signOut = async (): Promise<void> => {
    try {
      await this.api.session.signOut.mutate();
      this.session.forget();
    } catch (error) {
      this.say(problemOf(error).message);
    }
  };

  private say(words: string): void {
    this.said = words;
    setTimeout(() => {
      if (this.said === words) this.said = '';
    }, saidForMs);
  }

  protected override updated(): void {
    const bubble = this.renderRoot.querySelector<HTMLElement>('.said');
    if (!bubble) return;
    // In the top layer, so that it also shows above an open dialog.
    if (this.said && !bubble.matches(':popover-open')) bubble.showPopover();
    if (!this.said && bubble.matches(':popover-open')) bubble.hidePopover();
  }

  private async tellHost(address: string): Promise<void> {
    try {
      await this.host?.tellAddress(address, document.title);
    } catch (error) {
      this.problem ??= problemOf(error);
    }
  }

  private readonly followLink = (event: MouseEvent): void => {
    const address = clickedAddress(event, this.frame !== undefined);
    if (address === undefined) return;
    event.preventDefault();
    this.router.go(address);
  };

  private context(me: Me): AppContext {
    return {
      api: this.api,
      changes: this.changes,
      session: this.session,
      me,
      zone: me.account.timezone,
      go: (address, how) => this.router.go(address, how),
      href: (address) => this.router.href(address),
      say: (words) => this.say(words),
    };
  }

  private shown: { me: Me; context: AppContext } | undefined;

  /** One context for as long as the same person is there, so that pages are not told anew at every turn. */
  private contextOf(me: Me): AppContext {
    if (this.shown?.me !== me) this.shown = { me, context: this.context(me) };
    return this.shown.context;
  }

  private readonly accept = (event: CustomEvent<Grant>): void => this.session.accept(event.detail);

  private readonly href = (address: string): string => this.router.href(address);

  /** What a link in a mail leads to, whoever is signed in. */
  private renderLinked({ page, id = '' }: Route): TemplateResult | undefined {
    if (page === 'verify')
      return html`<cqa-verify .access=${this.access} .token=${id} .me=${this.me} .href=${this.href}></cqa-verify>`;
    if (page === 'invitation')
      return html`<cqa-invitation .access=${this.access} .token=${id} .me=${this.me} .href=${this.href}></cqa-invitation>`;
    return undefined;
  }

  private renderBody(): TemplateResult {
    const linked = this.renderLinked(this.route);
    if (linked) return linked;
    if (this.me)
      return html`<cqa-shell
        .app=${this.contextOf(this.me)}
        .route=${this.route}
        .isFramed=${this.frame !== undefined}
        @sign-out=${this.signOut}
      ></cqa-shell>`;
    if (this.problem) {
      const again = this.session.state === 'signed-in' ? this.enter : this.begin;
      return html`<div class="middle">
        <cqa-problem what="The console could not open" .problem=${this.problem} .again=${again}></cqa-problem>
      </div>`;
    }
    // It may end before the page is there: then nothing is kept that its person would have to come back to.
    const isOut = this.sessionState === 'signed-out' || this.sessionState === 'ended';
    if (isOut && this.frame) return signedOut(this.begin);
    if (isOut) return html`<cqa-sign-in .access=${this.access} @signed-in=${this.accept}></cqa-sign-in>`;
    return html`<div class="middle" role="status"><span class="soft">Opening the console …</span></div>`;
  }

  /** The page below stays as it is, with everything that was typed; what was being saved goes on after this. */
  private renderAgain(me: Me): TemplateResult {
    if (this.frame) return endedInFrame(this.problem ?? this.session.problem, this.begin);
    return signInAgain(me, this.access, this.session.problem, this.accept);
  }

  override render() {
    return html`${this.renderBody()}
      ${this.me && this.sessionState === 'ended' ? this.renderAgain(this.me) : nothing}
      <div class="said" popover="manual" role="status">${this.said}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-app': AppElement;
  }
}
