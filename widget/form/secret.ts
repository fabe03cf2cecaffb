import { css, html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { FieldElement } from './element.ts';

/** Typed, never shown back. Where the server keeps one, leaving it empty keeps it. */
@customElement('cqa-field-secret')
export class SecretFieldElement extends FieldElement<'secret'> {
  static override styles = [
    ...FieldElement.styles,
    css`
      textarea {
        -webkit-text-security: disc;
      }
      textarea:placeholder-shown {
        -webkit-text-security: none;
      }
    `,
  ];

  private readonly input = (event: Event): void => {
    const { value } = event.target as HTMLInputElement | HTMLTextAreaElement;
    this.change(value === '' ? undefined : value);
  };

  private get placeholder(): string {
    const isKept = this.field !== undefined && this.support?.kept.has(this.field.path) === true;
    return isKept ? 'kept; type to replace' : '';
  }

  private get text(): string {
    return typeof this.value === 'string' ? this.value : '';
  }

  private renderLine(): TemplateResult {
    return html`<input
      id="control"
      class="input"
      type="password"
      autocomplete="new-password"
      spellcheck="false"
      placeholder=${this.placeholder}
      aria-describedby=${this.describedBy}
      aria-invalid=${this.problem ? 'true' : 'false'}
      .value=${this.text}
      @input=${this.input}
    />`;
  }

  /** A password input would take the line breaks out of a key, and with them the key's sense. */
  private renderLines(): TemplateResult {
    return html`<textarea
      id="control"
      class="input mono"
      rows="3"
      autocomplete="off"
      spellcheck="false"
      placeholder=${this.placeholder}
      aria-describedby=${this.describedBy}
      aria-invalid=${this.problem ? 'true' : 'false'}
      .value=${this.text}
      @input=${this.input}
    ></textarea>`;
  }

  override render() {
    return this.frame(this.field?.multiline ? this.renderLines() : this.renderLine());
  }
}
