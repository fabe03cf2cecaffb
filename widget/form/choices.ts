import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { FieldElement } from './element.ts';

/** Any number of a few values. */
@customElement('cqa-field-choices')
export class ChoicesFieldElement extends FieldElement<'choices'> {
  static override styles = [
    ...FieldElement.styles,
    css`
      .options {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-4);
      }
    `,
  ];

  private get chosen(): string[] {
    return Array.isArray(this.value) ? this.value.map(String) : [];
  }

  /** In the schema's order, whatever order they are ticked in. */
  private toggle(value: string): void {
    const chosen = this.chosen;
    const wanted = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
    this.change((this.field?.options ?? []).map((option) => option.value).filter((one) => wanted.includes(one)));
  }

  override render() {
    const { field } = this;
    const chosen = this.chosen;
    if (!field) return nothing;
    return html`<fieldset class="field" aria-describedby=${this.describedBy}>
      <legend>${field.title}</legend>
      <div class="options">
        ${field.options.map(
          ({ value, title }) => html`<label class="check">
            <input type="checkbox" .checked=${chosen.includes(value)} @change=${() => this.toggle(value)} />
            ${title}
          </label>`,
        )}
      </div>
      ${this.renderProblem()}${this.renderHint()}
    </fieldset>`;
  }
}
