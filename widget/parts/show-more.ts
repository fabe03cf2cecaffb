import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';

/**
 * The button below a list whose next page is read on demand.
 * @fires more
 */
@customElement('cqa-show-more')
export class ShowMoreElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: grid;
        justify-content: center;
        margin-top: var(--space-4);
      }
    `,
  ];

  @property() words = 'Show older ones';
  @property({ type: Boolean }) busy = false;

  private readonly ask = (): void => {
    this.dispatchEvent(new CustomEvent('more'));
  };

  override render() {
    return html`<button class="button" type="button" ?disabled=${this.busy} @click=${this.ask}>
      ${this.busy ? 'Loading …' : this.words}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-show-more': ShowMoreElement;
  }
}
