import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { titleOf } from '../form/fields.ts';
import { base } from '../style/base.ts';
import './copy.ts';

/** What of a connector may be shown and is to be handed on: the public half of a key pair. */
@customElement('cqa-public-side')
export class PublicSideElement extends LitElement {
  static override styles = [
    base,
    css`
      .box {
        display: grid;
        gap: var(--space-2);
        padding: var(--space-3);
        border-radius: var(--radius-s);
        background: var(--accent-soft);
        font-size: var(--size-s);
      }
      code {
        max-height: 120px;
        overflow: auto;
        overflow-wrap: anywhere;
        user-select: all;
      }
    `,
  ];

  @property() name = '';
  @property() value = '';

  override render() {
    return html`<div class="box">
      <div class="row">
        <strong class="grow">${titleOf(this.name)}</strong><cqa-copy .text=${this.value}></cqa-copy>
      </div>
      <code tabindex="0">${this.value}</code>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-public-side': PublicSideElement;
  }
}
