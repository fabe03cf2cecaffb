import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { FieldElement } from './element.ts';

/** Typed, never shown back. Where the server keeps one, leaving it empty keeps it. */
@customElement('cqa-field-secret')
export class SecretFieldElement extends FieldElement<'secret'> {
  private readonly input = (event: Event): void => {
    const { value } = event.target as HTMLInputElement;
    this.change(value === '' ? undefined : value);
  };

  override render() {
    const isKept = this.field !== undefined && this.support?.kept.has(this.field.path) === true;
    return this.frame(html`<input
      id="control"
      class="input"
      type="password"
      autocomplete="new-password"
      spellcheck="false"
      placeholder=${isKept ? 'kept; type to replace' : ''}
      aria-describedby=${this.describedBy}
      aria-invalid=${this.problem ? 'true' : 'false'}
      .value=${typeof this.value === 'string' ? this.value : ''}
      @input=${this.input}
    />`);
  }
}
