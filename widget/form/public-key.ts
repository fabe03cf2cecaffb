import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { FieldElement } from './element.ts';
import '../parts/copy.ts';

/** The public half of a key pair: shown to be copied, never typed. Before the pair is made it says when that will be. */
@customElement('cqa-field-public-key')
export class PublicKeyFieldElement extends FieldElement<'public-key'> {
  static override styles = [
    ...FieldElement.styles,
    css`
      .key {
        display: grid;
        gap: var(--space-2);
        padding: var(--space-3);
        border-radius: var(--radius-s);
        background: var(--accent-soft);
      }
      code {
        overflow-wrap: anywhere;
        user-select: all;
      }
    `,
  ];

  override render() {
    const { field, value } = this;
    if (!field) return nothing;
    const key = typeof value === 'string' ? value : '';
    return html`<div class="field" role="group" aria-label=${field.title}>
      ${
        key === ''
          ? html`<span class="strong">${field.title}</span>
            <span class="soft">Made when you save, and shown then with a button to copy it.</span>`
          : html`<div class="row"><span class="strong grow">${field.title}</span><cqa-copy .text=${key}></cqa-copy></div>
            <div class="key"><code tabindex="0">${key}</code></div>`
      }
      ${this.renderHint()}
    </div>`;
  }
}
