import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { FieldElement } from './element.ts';

@customElement('cqa-field-boolean')
export class BooleanFieldElement extends FieldElement<'boolean'> {
  override render() {
    return html`<div class="field">
      <label class="check">
        <input
          type="checkbox"
          aria-describedby=${this.describedBy}
          .checked=${this.value === true}
          @change=${(event: Event) => this.change((event.target as HTMLInputElement).checked)}
        />
        ${this.field?.title}
      </label>
      ${this.renderProblem()}${this.renderHint()}
    </div>`;
  }
}
