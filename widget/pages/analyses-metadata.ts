import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { FilterField } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import '../parts/drop-down.ts';
import '../parts/problem.ts';

export interface MetadataChoice {
  key: string;
  values: string[];
}

/**
 * Filters by metadata: for each field that is marked for filtering, the values of which one must fit.
 * @fires choose with the field and its values now
 * @fires open - the fields may have come further meanwhile
 */
@customElement('cqa-analyses-metadata')
export class AnalysesMetadataElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        --drop-width: 340px;
      }
      .fields {
        display: grid;
        gap: var(--space-4);
      }
      .add {
        display: flex;
        gap: var(--space-2);
      }
      .add .input {
        width: 100%;
        min-width: 0;
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1);
      }
      li button {
        max-width: 100%;
        white-space: normal;
        overflow-wrap: anywhere;
        text-align: left;
      }
      li svg {
        flex: none;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) fields: readonly FilterField[] | undefined;
  @property({ attribute: false }) chosen: Readonly<Record<string, readonly string[]>> = {};
  /** What stands in the inputs, by key. */
  @state() private typed: Record<string, string> = {};
  private readonly known = new Resource(this, async (signal) =>
    this.app?.api.analyses.fieldValues.query(undefined, { signal }),
  );

  private readonly opened = (): void => {
    void this.known.load();
    this.dispatchEvent(new CustomEvent('open'));
  };

  private choose(key: string, values: readonly string[]): void {
    this.dispatchEvent(new CustomEvent<MetadataChoice>('choose', { detail: { key, values: [...values] } }));
  }

  private readonly add = (event: Event, key: string): void => {
    event.preventDefault();
    const value = (this.typed[key] ?? '').trim();
    const values = this.chosen[key] ?? [];
    this.typed = { ...this.typed, [key]: '' };
    if (value !== '' && !values.includes(value)) this.choose(key, [...values, value]);
  };

  /** The button goes with the value; what has the focus must stay. */
  private takeAway(key: string, value: string): void {
    this.renderRoot.querySelector<HTMLElement>(`#value-${this.indexOf(key)}`)?.focus();
    this.choose(
      key,
      (this.chosen[key] ?? []).filter((other) => other !== value),
    );
  }

  private indexOf(key: string): number {
    return this.fields?.findIndex((field) => field.key === key) ?? -1;
  }

  private get words(): string {
    const keys = Object.keys(this.chosen);
    const [key] = keys;
    if (key === undefined) return 'All';
    if (keys.length > 1) return `${keys.length} fields`;
    return this.fields?.find((field) => field.key === key)?.display_name ?? key;
  }

  private renderField({ key, display_name: name, preparing_percent: percent }: FilterField): TemplateResult {
    const index = this.indexOf(key);
    const values = this.chosen[key] ?? [];
    const offered = (this.known.value?.[key] ?? []).filter((value) => !values.includes(value));
    return html`<form class="field" @submit=${(event: Event) => this.add(event, key)}>
      <label for="value-${index}" class="break">${name}</label>
      <div class="add">
        <input
          id="value-${index}"
          class="input compact"
          autocomplete="off"
          list="known-${index}"
          maxlength="1000"
          placeholder=${values.length > 0 ? 'or this value' : 'a value'}
          .value=${this.typed[key] ?? ''}
          @input=${(event: Event) => {
            this.typed = { ...this.typed, [key]: (event.target as HTMLInputElement).value };
          }}
        />
        <button class="button small" type="submit" aria-label="Add the value of ${name}">Add</button>
      </div>
      <datalist id="known-${index}">${offered.map((value) => html`<option value=${value}></option>`)}</datalist>
      ${
        values.length > 0
          ? html`<ul aria-label="Values of ${name}">
            ${values.map(
              (value) => html`<li>
                <button
                  class="button small"
                  type="button"
                  aria-label="Take away ${name}: ${value}"
                  @click=${() => this.takeAway(key, value)}
                >
                  ${value || 'empty'}${icon('close', 13)}
                </button>
              </li>`,
            )}
          </ul>`
          : nothing
      }
      ${
        percent === null
          ? nothing
          : html`<span class="hint">Being prepared: ${percent} %. It finds everything already, only more slowly.</span>`
      }
    </form>`;
  }

  private renderFields(): TemplateResult {
    const { fields } = this;
    if (!fields) return html`<p class="soft">Loading the fields …</p>`;
    if (fields.length === 0)
      return html`<p class="soft">
        No metadata field is marked for filtering yet. An admin marks them in the account's configuration.
      </p>`;
    return html`<div class="fields">
      ${fields.map((field) => this.renderField(field))}
      <cqa-problem .problem=${this.known.problem} .again=${this.known.load}></cqa-problem>
    </div>`;
  }

  override render() {
    return html`<cqa-drop-down label="Metadata" .words=${this.words} @open=${this.opened}>${this.renderFields()}</cqa-drop-down>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-analyses-metadata': AnalysesMetadataElement;
  }
}
