import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../style/base.ts';

/** Stands where something is on its way, in about its shape. */
@customElement('cqa-loading')
export class LoadingElement extends LitElement {
  static override styles = [
    base,
    css`
      .line {
        height: 44px;
        margin-bottom: var(--space-2);
        border-radius: var(--radius-m);
        background: var(--surface);
        border: 1px solid var(--line);
        animation: breathe 1.6s ease-in-out infinite;
      }
      .line:nth-child(3) {
        opacity: 0.7;
      }
      .line:nth-child(4) {
        opacity: 0.4;
      }
      @keyframes breathe {
        50% {
          background: var(--surface-sunken);
        }
      }
    `,
  ];

  @property({ type: Number }) lines = 3;
  @property() label = 'Loading';

  override render() {
    return html`<div role="status">
      <span class="visually-hidden">${this.label}</span>
      ${Array.from({ length: this.lines }, () => html`<div class="line"></div>`)}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-loading': LoadingElement;
  }
}
