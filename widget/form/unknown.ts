import { css, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { FieldElement } from './element.ts';

/** A field that this console cannot draw: said aloud, because a form that leaves it out would save something wrong. */
@customElement('cqa-field-unknown')
export class UnknownFieldElement extends FieldElement<'unknown'> {
  static override styles = [
    ...FieldElement.styles,
    css`
      p {
        padding: var(--space-3);
        border: 1px dashed var(--bad);
        border-radius: var(--radius-s);
        background: var(--bad-soft);
        font-size: var(--size-s);
      }
    `,
  ];

  override render() {
    return html`<p role="alert">
      <strong>${this.field?.title}</strong> (<code>${this.field?.path}</code>) cannot be drawn: ${this.field?.reason}.
      Load the page again for the newest console; until then set it with <code>cqa apply</code>.
    </p>`;
  }
}
