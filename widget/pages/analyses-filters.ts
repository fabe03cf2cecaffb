import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { InteractionStatus } from '../../shared/interaction.ts';
import type { RowFilter } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { contradiction, given, isSameFilter, withMetadata } from './analyses-filter.ts';
import { type FilterNames, partsOf } from './analyses-filter-parts.ts';
import { analysesFiltersStyles } from './analyses-filters.styles.ts';
import type { MetadataChoice } from './analyses-metadata.ts';
import './analyses-metadata.ts';
import './analyses-statuses.ts';

type Limit = 'min_percentage' | 'max_percentage' | 'min_score' | 'max_score';

const typingMs = 350;

/**
 * The filters of the Analysis List. A narrow page shows the search alone, and the others on demand.
 * @slot - what else can be done with the list, at their end
 * @fires choose with the filter as it is now
 * @fires open - the metadata fields are looked at
 */
@customElement('cqa-analyses-filters')
export class AnalysesFiltersElement extends LitElement {
  static override styles = [base, controls, analysesFiltersStyles];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) filter: RowFilter = {};
  @property({ attribute: false }) names: FilterNames = { profiles: undefined, fields: undefined };
  @state() private isUnfolded = false;
  /** What is typed into the search, with its spaces: it may not be searched for yet. */
  @state() private typed: string | undefined;
  private typing: ReturnType<typeof setTimeout> | undefined;
  /** The filter that was chosen here last. */
  private own: RowFilter | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.typing);
  }

  /** A filter that comes from elsewhere, as a saved one does, comes without what was being typed. */
  protected override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get('filter') as RowFilter | undefined;
    if (!before || isSameFilter(before, this.filter)) return;
    if (this.own && isSameFilter(this.own, this.filter)) return;
    clearTimeout(this.typing);
    this.typed = undefined;
    this.own = undefined;
  }

  private choose(change: RowFilter): void {
    clearTimeout(this.typing);
    const search = this.typed === undefined ? {} : { search: this.typed.trim() || undefined };
    this.own = given({ ...this.filter, ...search, ...change });
    this.dispatchEvent(new CustomEvent('choose', { detail: this.own }));
  }

  private readonly searchSoon = (event: Event): void => {
    this.typed = (event.target as HTMLInputElement).value;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.choose({}), typingMs);
  };

  private renderSearch(): TemplateResult {
    return html`<label class="search"
      >External id ${icon('search', 16)}
      <input
        class="input compact"
        type="search"
        maxlength="255"
        placeholder="its beginning is enough"
        .value=${this.typed ?? this.filter.search ?? ''}
        @input=${this.searchSoon}
      />
    </label>`;
  }

  private renderDay(title: string, name: 'from' | 'to'): TemplateResult {
    return html`<label title="A day in ${this.app?.zone ?? 'UTC'}"
      >${title}
      <input
        class="input compact"
        type="date"
        .value=${this.filter[name] ?? ''}
        @change=${(event: Event) => this.choose({ [name]: (event.target as HTMLInputElement).value || undefined })}
      />
    </label>`;
  }

  /** What is no number, or no percentage, is not taken. */
  private readonly limit = (event: Event, name: Limit): void => {
    const input = event.target as HTMLInputElement;
    if (!input.reportValidity()) return;
    this.choose({ [name]: Number.isNaN(input.valueAsNumber) ? undefined : input.valueAsNumber });
  };

  private renderLimits(title: string, unit: 'percentage' | 'score', most: number | undefined): TemplateResult {
    const limit = (name: Limit, words: string) => html`<input
      class="input compact"
      type="number"
      step="any"
      min=${most === undefined ? nothing : 0}
      max=${most ?? nothing}
      aria-label="${title} ${words}"
      placeholder=${words}
      .value=${this.filter[name] === undefined ? '' : String(this.filter[name])}
      @change=${(event: Event) => this.limit(event, name)}
    />`;
    return html`<div class="limits" role="group" aria-label=${title}>
      <span aria-hidden="true">${title}</span>
      <div class="pair">${limit(`min_${unit}`, 'from')}${limit(`max_${unit}`, 'to')}</div>
    </div>`;
  }

  private renderProfile(): TemplateResult {
    const { profile: chosen = '' } = this.filter;
    const known = this.names.profiles ?? [];
    const isKnown = chosen === '' || known.some(({ uid }) => uid === chosen);
    const profiles = isKnown
      ? known
      : [...known, { uid: chosen, name: this.names.profiles ? 'one that was deleted' : '…' }];
    return html`<label
      >Quality profile
      <select
        class="input compact"
        @change=${(event: Event) => this.choose({ profile: (event.target as HTMLSelectElement).value || undefined })}
      >
        <option value="" .selected=${chosen === ''}>All</option>
        ${profiles.map(({ uid, name }) => html`<option value=${uid} .selected=${uid === chosen}>${name}</option>`)}
      </select>
    </label>`;
  }

  private renderStatuses(): TemplateResult {
    return html`<div class="choice">
      <span aria-hidden="true">Status</span>
      <cqa-analyses-statuses
        .chosen=${this.filter.status ?? []}
        @choose=${({ detail }: CustomEvent<InteractionStatus[]>) =>
          this.choose({ status: detail.length > 0 ? detail : undefined })}
      ></cqa-analyses-statuses>
    </div>`;
  }

  private renderMetadata(): TemplateResult {
    return html`<div class="choice">
      <span aria-hidden="true">Metadata</span>
      <cqa-analyses-metadata
        .app=${this.app}
        .fields=${this.names.fields}
        .chosen=${this.filter.metadata ?? {}}
        @open=${() => this.dispatchEvent(new CustomEvent('open'))}
        @choose=${({ detail: { key, values } }: CustomEvent<MetadataChoice>) =>
          this.choose({ metadata: withMetadata(this.filter, key, values).metadata })}
      ></cqa-analyses-metadata>
    </div>`;
  }

  private renderFold(): TemplateResult {
    const { length } = partsOf(this.filter, this.names);
    return html`<button
      class="button fold"
      type="button"
      aria-expanded=${this.isUnfolded ? 'true' : 'false'}
      aria-controls="others"
      @click=${() => {
        this.isUnfolded = !this.isUnfolded;
      }}
    >
      ${length > 0 ? `Filters (${length})` : 'Filters'}${icon(this.isUnfolded ? 'up' : 'down', 14)}
    </button>`;
  }

  override render() {
    const wrong = contradiction(this.filter);
    return html`<div class="filters" role="search" aria-label="Filters">
        ${this.renderSearch()}${this.renderFold()}
        <div id="others" class="others ${this.isUnfolded ? 'unfolded' : ''}">
          ${this.renderDay('From', 'from')}${this.renderDay('To', 'to')}${this.renderProfile()}
          ${this.renderStatuses()}${this.renderLimits('Score %', 'percentage', 100)}
          ${this.renderLimits('Points', 'score', undefined)}${this.renderMetadata()}
        </div>
        <slot></slot>
      </div>
      ${wrong ? html`<p class="wrong" role="alert">${wrong}</p>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-analyses-filters': AnalysesFiltersElement;
  }
}
