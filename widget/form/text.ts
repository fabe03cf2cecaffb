import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { FieldElement } from './element.ts';

/** A line of text, or several where the schema says `multiline`. Nothing typed means absent. */
@customElement('cqa-field-text')
export class TextFieldElement extends FieldElement<'text'> {
  private readonly input = (event: Event): void => {
    const { value } = event.target as HTMLInputElement | HTMLTextAreaElement;
    this.change(value === '' ? undefined : value);
  };

  private get text(): string {
    return typeof this.value === 'string' ? this.value : '';
  }

  private renderControl(): TemplateResult {
    const invalid = this.problem ? 'true' : 'false';
    if (this.field?.multiline)
      return html`<textarea
        id="control"
        class="input mono"
        rows="3"
        spellcheck="false"
        aria-describedby=${this.describedBy}
        aria-invalid=${invalid}
        .value=${this.text}
        @input=${this.input}
      ></textarea>`;
    return html`<input
      id="control"
      class="input"
      autocomplete="off"
      autocapitalize="off"
      spellcheck="false"
      maxlength=${this.field?.maxLength ?? 10_000}
      aria-describedby=${this.describedBy}
      aria-invalid=${invalid}
      ?required=${this.field?.required ?? false}
      .value=${this.text}
      @input=${this.input}
    />`;
  }

  override render() {
    return this.frame(this.renderControl());
  }
}
