import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';

export interface Bound {
  value: string;
  title: string;
}

/**
 * Several of the teams, or of the campaigns, that are known; others can be typed.
 * @fires choose - with the values
 */
@customElement('cqa-user-bounds')
export class UserBoundsElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .known {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(200px, 100%), 1fr));
        gap: 2px var(--space-4);
        max-height: 190px;
        overflow-y: auto;
        padding: var(--space-2) var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
      }
      .other {
        display: flex;
        gap: var(--space-2);
        margin-top: var(--space-2);
      }
    `,
  ];

  /** `Teams` */
  @property() heading = '';
  /** `Another team` */
  @property() other = '';
  @property() hint = '';
  @property({ attribute: false }) known: readonly Bound[] = [];
  @property({ attribute: false }) chosen: readonly string[] = [];
  @state() private typed = '';

  private choose(chosen: readonly string[]): void {
    this.dispatchEvent(new CustomEvent('choose', { detail: [...new Set(chosen)] }));
  }

  private toggle(value: string, isOn: boolean): void {
    this.choose(isOn ? [...this.chosen, value] : this.chosen.filter((one) => one !== value));
  }

  /** Also when the field is left: what was typed is not lost because nobody pressed the button. */
  private readonly add = (): void => {
    const value = this.typed.trim();
    this.typed = '';
    if (value !== '') this.choose([...this.chosen, value]);
  };

  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return;
    // Else it would send the form.
    event.preventDefault();
    this.add();
  };

  /** What was typed before stands among the known. */
  private get bounds(): Bound[] {
    const values = new Set(this.known.map(({ value }) => value));
    const typed = this.chosen.filter((value) => !values.has(value)).map((value) => ({ value, title: value }));
    return [...this.known, ...typed];
  }

  private renderBound({ value, title }: Bound): TemplateResult {
    return html`<label class="check">
      <input
        type="checkbox"
        .checked=${this.chosen.includes(value)}
        @change=${(event: Event) => this.toggle(value, (event.target as HTMLInputElement).checked)}
      />
      <span class="break">${title}</span>
    </label>`;
  }

  override render() {
    const bounds = this.bounds;
    return html`<fieldset class="field">
      <legend>${this.heading}</legend>
      ${bounds.length > 0 ? html`<div class="known">${bounds.map((bound) => this.renderBound(bound))}</div>` : nothing}
      <div class="other">
        <input
          class="input"
          aria-label=${this.other}
          placeholder=${this.other}
          maxlength="200"
          autocomplete="off"
          .value=${this.typed}
          @input=${(event: Event) => {
            this.typed = (event.target as HTMLInputElement).value;
          }}
          @keydown=${this.key}
          @change=${this.add}
        />
        <button class="button" type="button" aria-label="Add ${this.other.toLowerCase()}" @click=${this.add}>
          ${icon('plus', 15)} Add
        </button>
      </div>
      <span class="hint">${this.hint}</span>
    </fieldset>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-user-bounds': UserBoundsElement;
  }
}
