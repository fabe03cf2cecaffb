import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { icon } from '../parts/icon.ts';
import { drawField } from './draw.ts';
import { FieldElement } from './element.ts';
import { isObject } from './fields.ts';
import { emptied, startValues, type Values, withValue } from './values.ts';

/** Rows of small fields, as many as are wanted. No row is an absent value, unless one begins with some. */
@customElement('cqa-field-list')
export class ListFieldElement extends FieldElement<'list'> {
  static override styles = [
    ...FieldElement.styles,
    css`
      .rows {
        display: grid;
        gap: var(--space-3);
      }
      .entry {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: var(--space-2);
        padding: var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
      }
      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(200px, 100%), 1fr));
        gap: var(--space-3);
      }
      .wide {
        grid-column: 1 / -1;
      }
    `,
  ];

  private get entries(): Values[] {
    return Array.isArray(this.value) ? this.value.filter(isObject) : [];
  }

  private set(entries: Values[]): void {
    this.change(entries.length === 0 ? emptied(this.field, []) : entries);
  }

  private renderEntry(entry: Values, index: number): TemplateResult {
    const { field, support } = this;
    const entries = this.entries;
    const title = `${field?.title ?? ''} ${index + 1}`;
    return html`<div class="entry" role="group" aria-label=${title}>
      <div class="fields">
        ${(field?.fields ?? []).map((inner) => {
          const drawn = { ...inner, path: `${field?.path}.${index}.${inner.path}` };
          return drawField(drawn, entry[inner.path], support, (event) => {
            event.stopPropagation();
            const changed = withValue(entry, inner.path, event.detail.value);
            this.set(entries.map((one, position) => (position === index ? changed : one)));
          });
        })}
      </div>
      <button
        class="button quiet icon"
        type="button"
        aria-label="Remove ${title}"
        @click=${() => this.set(entries.filter((_, position) => position !== index))}
      >
        ${icon('close', 16)}
      </button>
    </div>`;
  }

  override render() {
    const { field } = this;
    const entries = this.entries;
    if (!field) return nothing;
    return html`<fieldset class="field" aria-describedby=${this.describedBy}>
      <legend>${field.title}${field.optional ? html` <span class="soft">(optional)</span>` : nothing}</legend>
      ${this.renderHint()}${this.renderProblem()}
      <div class="rows">${entries.map((entry, index) => this.renderEntry(entry, index))}</div>
      <div>
        <button class="button small" type="button" @click=${() => this.set([...entries, startValues(field.fields)])}>
          ${icon('plus', 14)} Add
        </button>
      </div>
    </fieldset>`;
  }
}
