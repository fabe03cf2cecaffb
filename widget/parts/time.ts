import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../style/base.ts';
import { dateTimeInZone, exactInstant, fromNow } from '../words/time.ts';

/** An instant in the account's zone; hover tells it to the second, with the zone and as UTC. */
@customElement('cqa-time')
export class TimeElement extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: inline;
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  @property({ attribute: false }) at: string | number | Date | null | undefined;
  @property() zone = 'UTC';
  /** Shows the distance from now instead (`3 minutes ago`). */
  @property({ type: Boolean }) relative = false;

  override render() {
    if (this.at === null || this.at === undefined) return html`<span class="soft">–</span>`;
    const words = this.relative ? fromNow(this.at, Date.now()) : dateTimeInZone(this.at, this.zone);
    return html`<time datetime=${new Date(this.at).toISOString()} title=${exactInstant(this.at, this.zone)}
      >${words}</time
    >`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-time': TimeElement;
  }
}
