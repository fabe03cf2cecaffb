import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { canonicalFields } from '../../shared/interaction.ts';
import { icon } from '../parts/icon.ts';
import { type Pair, PairsElement } from './pairs.ts';
import { isSame } from './values.ts';

const words = {
  path: { heading: 'Path in the event', placeholder: 'such as channel_data.duration', add: 'Add a field' },
  value: { heading: 'Value', placeholder: 'value', add: 'Add a value' },
} as const;

/**
 * What fills a field or a metadata key: a place in an event, or a value. It begins with what is usual; Enter adds a row
 * below.
 */
@customElement('cqa-field-map')
export class FieldMapElement extends PairsElement<'field-map'> {
  static override styles = [
    ...PairsElement.styles,
    css`
      .pair {
        grid-template-columns: minmax(0, 5fr) 14px minmax(0, 6fr) 30px;
      }
      .head {
        color: var(--text-soft);
        font-size: var(--size-xs);
        font-weight: 600;
      }
      .head span:last-child {
        grid-column: 3;
      }
      .pairs {
        gap: 6px;
      }
      .name {
        position: relative;
      }
      .metadata .input {
        padding-right: 74px;
      }
      .tag {
        position: absolute;
        right: 8px;
        top: 50%;
        transform: translateY(-50%);
        padding: 0 6px;
        border-radius: var(--radius-s);
        background: var(--idle-soft);
        color: var(--idle);
        font-size: var(--size-xs);
        pointer-events: none;
      }
      .input {
        min-height: 34px;
        padding-block: 4px;
        font-family: var(--font-mono);
        font-size: var(--size-s);
      }
      .problem {
        grid-column: 1 / -1;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }
      .arrow {
        display: grid;
        color: var(--text-soft);
      }
      @container (max-width: 460px) {
        .pair {
          grid-template-columns: auto minmax(0, 1fr) auto;
        }
        .name {
          grid-column: 1 / 3;
        }
        .pair > .input {
          grid-area: 2 / 2;
        }
        .pair > .button {
          grid-area: 1 / 3 / 3;
        }
        .arrow {
          grid-area: 2 / 1;
        }
        .head {
          display: none;
        }
        .pairs {
          gap: var(--space-3);
        }
      }
      fieldset {
        container-type: inline-size;
      }
    `,
  ];

  private get words() {
    return words[this.field?.holds ?? 'path'];
  }

  private async add(after: number): Promise<void> {
    this.addAfter(after);
    await this.updateComplete;
    this.inputs[2 * Math.min(after + 1, this.pairs.length - 1)]?.focus();
  }

  /** The focus goes to the row that takes its place, so that several can be removed by keyboard. */
  private async removeAndStay(index: number): Promise<void> {
    this.drop(index);
    await this.updateComplete;
    const buttons = this.renderRoot.querySelectorAll<HTMLElement>('.pair button');
    (
      buttons[Math.min(index, buttons.length - 1)] ?? this.renderRoot.querySelector<HTMLElement>('.tools button')
    )?.focus();
  }

  private get inputs(): NodeListOf<HTMLInputElement> {
    return this.renderRoot.querySelectorAll('.pair input');
  }

  /** Enter in a field would send the whole form. */
  private press(event: KeyboardEvent, index: number): void {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    void this.add(index);
  }

  /** Whether an earlier row names the same: a record has it once. */
  private isRepeated(index: number): boolean {
    const nameOf = (pair: Pair | undefined) => pair?.[0].trim().toLowerCase() ?? '';
    const name = nameOf(this.pairs[index]);
    return name !== '' && this.pairs.some((pair, position) => position < index && nameOf(pair) === name);
  }

  private renderInput(pair: Pair, index: number, part: 0 | 1, repeated: boolean): TemplateResult {
    const { heading, placeholder } = this.words;
    const label = part === 0 ? 'Field or metadata key' : `${heading} for ${pair[0] || 'this field'}`;
    return html`<input
      class="input"
      list=${part === 0 ? 'canonical' : nothing}
      aria-label=${label}
      aria-invalid=${part === 0 && repeated ? 'true' : 'false'}
      placeholder=${part === 0 ? 'field or key' : placeholder}
      autocomplete="off"
      autocapitalize="off"
      spellcheck="false"
      .value=${pair[part]}
      @input=${(event: Event) => this.edit(index, part, (event.target as HTMLInputElement).value)}
      @keydown=${(event: KeyboardEvent) => this.press(event, index)}
    />`;
  }

  private renderPair(pair: Pair, index: number): TemplateResult {
    const [name] = pair;
    const repeated = this.isRepeated(index);
    const isMetadata = name.trim() !== '' && !isCanonical(name.trim());
    return html`<div class="pair">
      <span class="name ${isMetadata ? 'metadata' : ''}">
        ${this.renderInput(pair, index, 0, repeated)}
        ${isMetadata ? html`<span class="tag" title="No field of the contract: it becomes metadata">metadata</span>` : nothing}
      </span>
      <span class="arrow">${icon('back', 14)}</span>
      ${this.renderInput(pair, index, 1, repeated)}
      <button
        class="button quiet icon small"
        type="button"
        title="Remove"
        aria-label="Remove ${name || 'this row'}"
        @click=${() => this.removeAndStay(index)}
      >
        ${icon('close', 15)}
      </button>
      ${repeated ? html`<span class="problem" role="alert">${name} stands above already; the last row counts.</span>` : nothing}
    </div>`;
  }

  private renderTools(): TemplateResult {
    const usual = this.field?.default ?? {};
    const isOther = Object.keys(usual).length > 0 && !isSame(this.value ?? {}, usual);
    return html`<div class="tools">
      <button class="button small" type="button" @click=${() => this.add(this.pairs.length - 1)}>
        ${icon('plus', 14)} ${this.words.add}
      </button>
      ${
        isOther
          ? html`<button class="button quiet small" type="button" @click=${() => this.set(Object.entries(usual))}>
            ${icon('again', 14)} Back to the usual ones
          </button>`
          : nothing
      }
    </div>`;
  }

  override render() {
    const { field, pairs } = this;
    if (!field) return nothing;
    return html`<fieldset class="field" aria-describedby=${this.describedBy}>
      <legend>${field.title}</legend>
      ${this.renderHint()}${this.renderProblem()}
      <div class="pairs">
        ${
          pairs.length > 0
            ? html`<div class="pair head" aria-hidden="true">
              <span>Field or metadata key</span><span>${this.words.heading}</span>
            </div>`
            : nothing
        }
        ${pairs.map((pair, index) => this.renderPair(pair, index))}
      </div>
      ${this.renderTools()}
      <datalist id="canonical">${canonicalFields.map((name) => html`<option value=${name}></option>`)}</datalist>
    </fieldset>`;
  }
}

function isCanonical(name: string): boolean {
  return (canonicalFields as readonly string[]).includes(name.toLowerCase());
}
