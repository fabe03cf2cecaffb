import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { FieldElement } from './element.ts';

/** A number with the schema's bounds. What is no number is sent as it stands, so that the server says what is wrong. */
@customElement('cqa-field-number')
export class NumberFieldElement extends FieldElement<'number'> {
  private readonly input = (event: Event): void => {
    const { value, valueAsNumber } = event.target as HTMLInputElement;
    this.change(value === '' ? undefined : Number.isNaN(valueAsNumber) ? value : valueAsNumber);
  };

  override render() {
    const { field } = this;
    if (!field) return nothing;
    return this.frame(html`<input
      id="control"
      class="input"
      type="number"
      step=${field.whole ? '1' : 'any'}
      min=${field.min ?? nothing}
      max=${field.max ?? nothing}
      aria-describedby=${this.describedBy}
      aria-invalid=${this.problem ? 'true' : 'false'}
      .value=${this.value === undefined ? '' : String(this.value)}
      @input=${this.input}
    />`);
  }
}
