import { css, html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { canonicalFields } from '../../shared/interaction.ts';
import { icon } from '../parts/icon.ts';
import { FieldElement } from './element.ts';
import { isObject } from './fields.ts';
import { emptied } from './values.ts';

type Pair = [header: string, target: string];

/** Pairs of a file's column heading and the field that it fills; suggested are the fields of the contract. */
@customElement('cqa-field-mapping')
export class MappingFieldElement extends FieldElement<'mapping'> {
  static override styles = [
    ...FieldElement.styles,
    css`
      .pairs {
        display: grid;
        gap: var(--space-2);
      }
      .pair {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto minmax(0, 1fr) auto;
        align-items: center;
        gap: var(--space-2);
      }
    `,
  ];

  /** Kept here as well, because a row that is half typed is no part of the value yet. */
  @state() private pairs: Pair[] = [];

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('value') || sameValue(this.value, mappingOf(this.pairs))) return;
    this.pairs = isObject(this.value) ? Object.entries(this.value).map(([from, to]): Pair => [from, String(to)]) : [];
  }

  private set(pairs: Pair[]): void {
    this.pairs = pairs;
    this.change(mappingOf(pairs) ?? emptied(this.field, {}));
  }

  private edit(index: number, part: 0 | 1, text: string): void {
    this.set(
      this.pairs.map((pair, position): Pair => {
        if (position !== index) return pair;
        return part === 0 ? [text, pair[1]] : [pair[0], text];
      }),
    );
  }

  private renderPair([header, target]: Pair, index: number): TemplateResult {
    return html`<div class="pair">
      <input
        class="input"
        aria-label="Column heading in the file"
        placeholder="heading in the file"
        .value=${header}
        @input=${(event: Event) => this.edit(index, 0, (event.target as HTMLInputElement).value)}
      />
      <span class="soft">${icon('forward', 14)}</span>
      <input
        class="input"
        list="canonical"
        aria-label="Field that it fills"
        placeholder="field"
        .value=${target}
        @input=${(event: Event) => this.edit(index, 1, (event.target as HTMLInputElement).value)}
      />
      <button
        class="button quiet icon"
        type="button"
        aria-label="Remove ${header || 'this pair'}"
        @click=${() => this.set(this.pairs.filter((_, position) => position !== index))}
      >
        ${icon('close', 16)}
      </button>
    </div>`;
  }

  override render() {
    return html`<fieldset class="field" aria-describedby=${this.describedBy}>
      <legend>${this.field?.title}</legend>
      ${this.renderHint()}${this.renderProblem()}
      <div class="pairs">${this.pairs.map((pair, index) => this.renderPair(pair, index))}</div>
      <div>
        <button
          class="button small"
          type="button"
          @click=${() => {
            this.pairs = [...this.pairs, ['', '']];
          }}
        >
          ${icon('plus', 14)} Add a column
        </button>
      </div>
      <datalist id="canonical">${canonicalFields.map((name) => html`<option value=${name}></option>`)}</datalist>
    </fieldset>`;
  }
}

function mappingOf(pairs: Pair[]): Record<string, string> | undefined {
  const whole = pairs.filter(([header, target]) => header.trim() !== '' && target.trim() !== '');
  return whole.length === 0 ? undefined : Object.fromEntries(whole.map(([from, to]) => [from.trim(), to.trim()]));
}

function sameValue(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? {}) === JSON.stringify(other ?? {});
}
