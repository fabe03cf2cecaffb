import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SavedFilter } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { filterInWords, type KnownNames } from '../words/filter.ts';
import { problemAt } from './problem-at.ts';
import '../parts/problem.ts';

/**
 * A saved filter: the user's own ones and those that are shared, and what the chosen one holds.
 * @fires choose with its name, or an empty text for none
 */
@customElement('cqa-filter-choice')
export class FilterChoiceElement extends LitElement {
  static override styles = [base, controls];

  @property({ attribute: false }) app: AppContext | undefined;
  /** By name; empty: none. */
  @property() chosen = '';
  /** Names of what filters hold; undefined while they are being loaded. */
  @property({ attribute: false }) profiles: KnownNames['profiles'] | undefined;
  @property() problem: string | undefined;
  private readonly filters = new Resource(this, async (signal) =>
    this.app?.api.savedFilters.list.query(undefined, { signal }),
  );
  private readonly fields = new Resource(this, async (signal) =>
    this.app?.api.analyses.fields.query(undefined, { signal }),
  );

  protected override firstUpdated(): void {
    void this.filters.load();
    void this.fields.load();
  }

  private readonly choose = (event: Event): void => {
    this.dispatchEvent(new CustomEvent('choose', { detail: (event.target as HTMLSelectElement).value }));
  };

  private renderGroup(title: string, filters: readonly SavedFilter[]): TemplateResult | typeof nothing {
    if (filters.length === 0) return nothing;
    return html`<optgroup label=${title}>
      ${filters.map(({ name }) => html`<option value=${name} .selected=${name === this.chosen}>${name}</option>`)}
    </optgroup>`;
  }

  /** What each name means: one's own comes before a shared one, and of shared ones the first. */
  private get meant(): { own: SavedFilter[]; shared: SavedFilter[] } {
    const all = this.filters.value ?? [];
    const own = all.filter(({ is_own: isOwn }) => isOwn);
    const taken = new Set(own.map(({ name }) => name));
    const shared = all.filter(({ is_own: isOwn, name }) => !isOwn && !taken.has(name) && taken.add(name));
    return { own, shared };
  }

  private get filter(): SavedFilter | undefined {
    const { own, shared } = this.meant;
    return [...own, ...shared].find(({ name }) => name === this.chosen);
  }

  private hint(): string {
    const { filter, chosen } = this;
    if (!this.filters.value) return '';
    if (chosen === '') return this.filters.value.length === 0 ? noFilters : '';
    if (!filter) return `“${chosen}” is neither one of your own nor shared. It stays unless you choose another one.`;
    if (!this.profiles) return '';
    const parts = filterInWords(filter.filter, { profiles: this.profiles, fields: this.fields.value ?? [] });
    const by = filter.is_own ? '' : ` Shared by ${filter.owner ?? 'the account'}.`;
    return `${parts.length > 0 ? `It holds: ${parts.join('; ')}.` : 'It lets everything through.'}${by}`;
  }

  override render() {
    const { chosen, problem } = this;
    const hint = this.hint();
    const { own, shared } = this.meant;
    const isUnknown = chosen !== '' && !this.filter;
    return html`<div class="field">
      <label for="filter">Saved filter</label>
      <select
        id="filter"
        class="input"
        aria-invalid=${problem ? 'true' : 'false'}
        aria-describedby="saved_filter.problem filter.hint"
        @change=${this.choose}
      >
        <option value="" .selected=${chosen === ''}>None</option>
        ${isUnknown ? html`<option value=${chosen} selected>${chosen}</option>` : nothing}
        ${this.renderGroup('Your own', own)}${this.renderGroup('Shared', shared)}
      </select>
      ${problemAt(problem ? { saved_filter: problem } : {}, 'saved_filter')}
      ${hint === '' ? nothing : html`<span id="filter.hint" class="hint break">${hint}</span>`}
      <cqa-problem .problem=${this.filters.problem} .again=${this.filters.load}></cqa-problem>
    </div>`;
  }
}

const noFilters = 'There is none yet. Filters are saved on the Analysis List.';

declare global {
  interface HTMLElementTagNameMap {
    'cqa-filter-choice': FilterChoiceElement;
  }
}
