import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ConnectorType } from '../api/types.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import '../parts/copy.ts';

/** What must be ready on the other side before a connector can work, and the addresses that we come from. */
@customElement('cqa-connector-readiness')
export class ConnectorReadinessElement extends LitElement {
  static override styles = [
    base,
    css`
      section {
        display: grid;
        gap: var(--space-2);
        padding: var(--space-3) var(--space-4);
        border-radius: var(--radius-m);
        background: var(--surface-sunken);
        font-size: var(--size-s);
      }
      ul {
        margin: 0;
        padding-left: 1.2em;
        list-style: disc;
      }
      li + li {
        margin-top: 4px;
      }
      .warning {
        display: flex;
        gap: var(--space-2);
        color: var(--warn);
        font-weight: 550;
      }
      .warning svg {
        flex: none;
        margin-top: 2px;
      }
    `,
  ];

  @property({ attribute: false }) prerequisites: readonly string[] = [];
  @property({ attribute: false }) outboundAddresses: readonly string[] = [];
  /** Of one that mails reports, which goes out by Amazon SES and not from our addresses. */
  @property({ attribute: false }) mailLinks: ConnectorType['mail_links'] = null;
  /** The product makes the job of such a connector by itself. */
  @property({ type: Boolean }) hasSystemJob = false;
  /** It is read as events come. */
  @property({ type: Boolean }) hasStream = false;

  private get jobWords(): string {
    return this.hasStream
      ? "Reading begins when you save, and goes on until you disable the connector or its job, which gets the connector's name."
      : "Its import job is made and started for you when you save, under the connector's name.";
  }

  private renderAddresses(): TemplateResult {
    const addresses = this.outboundAddresses.join(', ');
    if (addresses === '')
      return html`<span class="soft">Whoever runs this installation can tell the addresses that we connect from (they are not set here).</span>`;
    return html`<div class="row">
      <span class="grow">We connect from <code>${addresses}</code></span><cqa-copy .text=${addresses}></cqa-copy>
    </div>`;
  }

  private renderMailLinks({ message, warning }: NonNullable<ConnectorType['mail_links']>): TemplateResult {
    return html`<span class=${warning === null ? '' : 'warning'}>
      ${warning === null ? nothing : icon('warning', 16)}<span class="break">${message}</span>
    </span>`;
  }

  override render() {
    const { prerequisites, mailLinks } = this;
    return html`<section aria-label="Before you begin">
      <strong>Before you begin</strong>
      ${prerequisites.length > 0 ? html`<ul>${prerequisites.map((text) => html`<li>${text}</li>`)}</ul>` : nothing}
      ${mailLinks ? this.renderMailLinks(mailLinks) : this.renderAddresses()}
      ${this.hasSystemJob ? html`<span>${this.jobWords}</span>` : nothing}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-connector-readiness': ConnectorReadinessElement;
  }
}
