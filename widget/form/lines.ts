import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { FieldElement } from './element.ts';
import { emptied } from './values.ts';

/** Several texts, one a line. No line is an absent value, unless it begins with some. */
@customElement('cqa-field-lines')
export class LinesFieldElement extends FieldElement<'lines'> {
  /** As typed: an empty line at the end is the beginning of the next text. */
  private typed = '';

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('value') || same(linesOf(this.typed), this.value)) return;
    this.typed = Array.isArray(this.value) ? this.value.join('\n') : '';
  }

  private readonly input = (event: Event): void => {
    this.typed = (event.target as HTMLTextAreaElement).value;
    const lines = linesOf(this.typed);
    this.change(lines.length === 0 ? emptied(this.field, []) : lines);
  };

  override render() {
    return this.frame(html`<textarea
      id="control"
      class="input"
      rows="3"
      spellcheck="false"
      placeholder="one a line"
      aria-describedby=${this.describedBy}
      aria-invalid=${this.problem ? 'true' : 'false'}
      .value=${this.typed}
      @input=${this.input}
    ></textarea>`);
  }
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function same(lines: string[], value: unknown): boolean {
  return JSON.stringify(lines) === JSON.stringify(value ?? []);
}
