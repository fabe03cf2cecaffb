import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../style/base.ts';
import { dateTimeInZone, exactInstant, fromNow } from '../words/time.ts';

/** Distances from now are told in minutes. */
const tickMs = 30_000;

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

  private ticking: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.relative) this.ticking = setInterval(() => this.requestUpdate(), tickMs);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.ticking);
  }

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
