import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
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
    `,
  ];

  @property({ attribute: false }) prerequisites: readonly string[] = [];
  @property({ attribute: false }) outboundAddresses: readonly string[] = [];
  /** The product makes the job of such a connector by itself. */
  @property({ type: Boolean }) hasSystemJob = false;
  /** It is read as events come. */
  @property({ type: Boolean }) hasStream = false;

  private get jobWords(): string {
    return this.hasStream
      ? "Reading begins when you save, and goes on until you disable the connector or its job, which gets the connector's name."
      : "Its import job is made and started for you when you save, under the connector's name.";
  }

  override render() {
    const { prerequisites, outboundAddresses } = this;
    return html`<section aria-label="Before you begin">
      <strong>Before you begin</strong>
      ${prerequisites.length > 0 ? html`<ul>${prerequisites.map((text) => html`<li>${text}</li>`)}</ul>` : nothing}
      ${
        outboundAddresses.length > 0
          ? html`<div class="row">
            <span class="grow">We connect from <code>${outboundAddresses.join(', ')}</code></span
            ><cqa-copy .text=${outboundAddresses.join(', ')}></cqa-copy>
          </div>`
          : html`<span class="soft">Whoever runs this installation can tell the addresses that we connect from (they are not set here).</span>`
      }
      ${this.hasSystemJob ? html`<span>${this.jobWords}</span>` : nothing}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-connector-readiness': ConnectorReadinessElement;
  }
}
