import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { FieldElement } from './element.ts';
import type { UnionOption } from './fields.ts';
import { startValues, type Values, valueAt } from './values.ts';

/**
 * Alternatives that a constant property tells apart. It asks which one; the fields of the chosen one are drawn by the
 * form below it. What was typed into another alternative comes back when it is chosen again.
 */
@customElement('cqa-field-union')
export class UnionFieldElement extends FieldElement<'union'> {
  static override styles = [
    ...FieldElement.styles,
    css`
      .options {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }
      label {
        display: flex;
        gap: var(--space-2);
        align-items: center;
        padding: var(--space-2) var(--space-3);
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-s);
        cursor: pointer;
      }
      label:has(:checked) {
        border-color: var(--accent);
        background: var(--accent-soft);
      }
    `,
  ];

  private readonly typed = new Map<string, unknown>();

  private get chosen(): unknown {
    return this.field && valueAt(this.value, this.field.property);
  }

  private choose(option: UnionOption): void {
    const { field } = this;
    if (!field) return;
    this.typed.set(String(this.chosen), this.value);
    const fresh: Values = { [field.property]: option.value };
    const before = this.typed.get(option.value);
    // startValues works on paths from the config's root, so the fresh value is put there and taken out again.
    const started = startValues(option.fields, wrapped(field.path, fresh));
    this.change(before ?? valueAt(started, field.path));
  }

  override render() {
    const { field } = this;
    if (!field) return nothing;
    return html`<fieldset class="field" aria-describedby=${this.describedBy}>
      <legend>${field.title}</legend>
      <div class="options">
        ${field.options.map(
          (option) => html`<label>
            <input
              type="radio"
              name="choice"
              .checked=${option.value === this.chosen}
              @change=${() => this.choose(option)}
            />
            ${option.title}
          </label>`,
        )}
      </div>
      ${this.renderProblem()}${this.renderHint()}
    </fieldset>`;
  }
}

function wrapped(path: string, value: Values): Values {
  return path.split('.').reduceRight<Values>((inner, name) => ({ [name]: inner }), value);
}
