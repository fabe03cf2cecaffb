import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../style/base.ts';
import { type IconName, icon } from './icon.ts';

/**
 * A list with nothing in it: what would be here, and the next step.
 * @slot - one sentence or two
 * @slot action - the button that takes the next step
 */
@customElement('cqa-empty')
export class EmptyElement extends LitElement {
  static override styles = [
    base,
    css`
      .box {
        display: grid;
        justify-items: center;
        gap: var(--space-3);
        padding: var(--space-7) var(--space-4);
        text-align: center;
        border: 1px dashed var(--line-strong);
        border-radius: var(--radius-l);
        background: var(--surface);
      }
      .mark {
        display: grid;
        place-items: center;
        width: 56px;
        height: 56px;
        border-radius: var(--radius-l);
        background: var(--accent-soft);
        color: var(--accent);
      }
      .words {
        max-width: 52ch;
        color: var(--text-soft);
      }
    `,
  ];

  @property() icon: IconName = 'list';
  @property() heading = '';

  override render() {
    return html`<div class="box">
      <span class="mark">${icon(this.icon, 28)}</span>
      <h2>${this.heading}</h2>
      <div class="words"><slot></slot></div>
      <slot name="action"></slot>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-empty': EmptyElement;
  }
}
