import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { canonicalFields } from '../../shared/interaction.ts';
import { icon } from '../parts/icon.ts';
import { type Pair, PairsElement } from './pairs.ts';

/** Pairs of a file's column heading and the field that it fills; suggested are the fields of the contract. */
@customElement('cqa-field-mapping')
export class MappingFieldElement extends PairsElement<'mapping'> {
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
        @click=${() => this.drop(index)}
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
        <button class="button small" type="button" @click=${() => this.addAfter(this.pairs.length)}>
          ${icon('plus', 14)} Add a column
        </button>
      </div>
      <datalist id="canonical">${canonicalFields.map((name) => html`<option value=${name}></option>`)}</datalist>
    </fieldset>`;
  }
}
