import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ReportDestinations } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { typeIcon } from '../parts/type-icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import type { ExportDraft } from './export-draft.ts';
import '../parts/problem.ts';

/** Where a report goes. */
export type ExportTargets = Pick<ExportDraft, 'connectors' | 'emailMe'>;

/**
 * Where a report goes: by mail to the user himself, and for admins over export connectors.
 * @fires edit with Partial<ExportTargets>
 * @fires look - what is possible may be another by now
 */
@customElement('cqa-export-destinations')
export class ExportDestinationsElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .choices {
        display: grid;
        gap: var(--space-1);
      }
      label.check svg {
        flex: none;
        color: var(--text-soft);
      }
      .mail {
        display: grid;
        gap: var(--space-2);
      }
      .caution .row {
        margin-top: var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) destinations: ReportDestinations | undefined;
  @property({ attribute: false }) targets: ExportTargets = { connectors: [], emailMe: false };
  /** Why it cannot go there, or nowhere. */
  @property() problem = '';
  /** To whom a verification mail was sent. */
  @state() private sentTo = '';
  private readonly sending = new Action(this);

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('focus', this.look);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('focus', this.look);
  }

  /** The mail's link is opened in another tab or program; whoever comes back has perhaps done so. */
  private readonly look = (): void => {
    if (this.destinations?.email_me.state === 'unverified') this.dispatchEvent(new CustomEvent('look'));
  };

  private edit(detail: Partial<ExportTargets>): void {
    this.dispatchEvent(new CustomEvent('edit', { detail }));
  }

  private readonly send = async (): Promise<void> => {
    await this.sending.run(async () => {
      const sent = await this.app?.api.session.sendVerification.mutate();
      this.sentTo = sent?.address ?? '';
    });
  };

  private renderConnector({ uid, name, type, is_enabled: isEnabled }: ReportDestinations['connectors'][number]) {
    const { connectors } = this.targets;
    const choose = (event: Event) => {
      const others = connectors.filter((other) => other !== uid);
      this.edit({ connectors: (event.target as HTMLInputElement).checked ? [...others, uid] : others });
    };
    return html`<label class="check">
      <input type="checkbox" ?disabled=${!isEnabled} .checked=${connectors.includes(uid)} @change=${choose} />
      ${typeIcon(type, 18)}
      <span class="break">${name} <span class="soft">${typeWords[type] ?? type}${isEnabled ? '' : ', disabled'}</span></span>
    </label>`;
  }

  private renderReady(address: string): TemplateResult {
    return html`<label class="check">
      <input
        type="checkbox"
        aria-describedby="mail.hint"
        .checked=${this.targets.emailMe}
        @change=${(event: Event) => this.edit({ emailMe: (event.target as HTMLInputElement).checked })}
      />
      <span class="break">Email me at ${address}</span>
    </label>
    <p id="mail.hint" class="soft small">The mail has a link to each file. The links hold for seven days.</p>`;
  }

  private renderVerification(): TemplateResult {
    return html`${
      this.sentTo
        ? html`<p role="status" class="strong break">
          A mail is on its way to ${this.sentTo}. Open its link, then come back here.
        </p>`
        : nothing
    }
    <div class="row">
      <button class="button small" type="button" ?disabled=${this.sending.isBusy} @click=${this.send}>
        ${this.sending.isBusy ? 'Sending …' : this.sentTo ? 'Send another mail' : 'Send the verification mail'}
      </button>
      ${
        this.sentTo
          ? html`<button class="button small" type="button" @click=${this.look}>I have opened the link</button>`
          : nothing
      }
    </div>
    <cqa-problem .problem=${this.sending.problem}></cqa-problem>`;
  }

  private renderMail({ address, state, message }: ReportDestinations['email_me']): TemplateResult {
    if (state === 'ready') return this.renderReady(address);
    return html`<div class="caution">
      ${icon('warning', 18)}
      <div class="grow break">
        <p class="strong">${noMailWords[state]}</p>
        <p>${message}</p>
        ${state === 'unverified' ? this.renderVerification() : nothing}
      </div>
    </div>`;
  }

  override render() {
    const { destinations } = this;
    if (!destinations) return nothing;
    const { connectors, email_me: mail } = destinations;
    return html`<fieldset class="field ${this.problem ? 'wrong' : ''}">
      <legend>Send it to</legend>
      <div class="choices">
        <div class="mail">${this.renderMail(mail)}</div>
        ${connectors.map((connector) => this.renderConnector(connector))}
      </div>
      ${this.problem ? html`<span class="problem" role="alert" tabindex="-1">${this.problem}</span>` : nothing}
    </fieldset>`;
  }
}

type MailState = Exclude<ReportDestinations['email_me']['state'], 'ready'>;

const noMailWords: Record<MailState, string> = {
  unverified: 'Email me waits for your address to be verified',
  other_domain: 'Email me cannot reach your address',
  no_domains: 'Email me is not set up for this account',
  not_configured: 'Email me is not set up on this server',
};

const typeWords: Record<string, string> = { sftp: 'SFTP', s3: 'Amazon S3', email: 'Email' };

declare global {
  interface HTMLElementTagNameMap {
    'cqa-export-destinations': ExportDestinationsElement;
  }
}
