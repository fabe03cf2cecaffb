import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { FieldElement } from './element.ts';

/** One of a few values. */
@customElement('cqa-field-choice')
export class ChoiceFieldElement extends FieldElement<'choice'> {
  private readonly choose = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    this.change(value === '' ? undefined : value);
  };

  override render() {
    const { value } = this;
    const offered = this.field?.options ?? [];
    const isOther = typeof value === 'string' && value !== '' && !offered.some((option) => option.value === value);
    // What is kept and not offered any more stays as it is until another one is chosen.
    const options = isOther ? [...offered, { value, title: value }] : offered;
    const hasNone = this.field?.required !== true && this.field?.default === '';
    return this.frame(html`<select
      id="control"
      class="input"
      aria-describedby=${this.describedBy}
      aria-invalid=${this.problem ? 'true' : 'false'}
      @change=${this.choose}
    >
      ${hasNone ? html`<option value="" .selected=${this.value === undefined}>–</option>` : ''}
      ${options.map(
        (option) =>
          html`<option value=${option.value} .selected=${option.value === this.value}>${option.title}</option>`,
      )}
    </select>`);
  }
}
