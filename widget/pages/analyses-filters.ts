import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { analysisStatuses } from '../../shared/interaction.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { withQuery } from '../app/routes.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { analysisWords } from '../words/status.ts';

const filterNames = ['search', 'from', 'to', 'profile', 'status', 'min', 'max'] as const;
type FilterName = (typeof filterNames)[number];

const typingMs = 350;

/** The filters of the Analysis List. They stand in the address, so that a link shows the same list. */
@customElement('cqa-analyses-filters')
export class AnalysesFiltersElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .filters {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-3);
        align-items: end;
        margin-bottom: var(--space-4);
      }
      .filters label {
        display: grid;
        gap: 3px;
        color: var(--text-soft);
        font-size: var(--size-xs);
        font-weight: 600;
      }
      .search {
        position: relative;
        flex: 1 1 180px;
        max-width: 320px;
      }
      select {
        max-width: 150px;
      }
      .search svg {
        position: absolute;
        left: 9px;
        bottom: 9px;
        color: var(--text-soft);
        pointer-events: none;
      }
      .search .input {
        width: 100%;
        padding-left: 32px;
      }
      .score .input {
        width: 58px;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) query = new URLSearchParams();
  private typing: ReturnType<typeof setTimeout> | undefined;
  private readonly profiles = new Resource(this, async (signal) =>
    this.app?.api.profiles.list.query(undefined, { signal }),
  );

  protected override firstUpdated(): void {
    void this.profiles.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.typing);
  }

  private filter(name: FilterName, value: string): void {
    const values = Object.fromEntries(filterNames.map((other) => [other, this.query.get(other) ?? undefined]));
    this.app?.go(withQuery('/analyses', { ...values, [name]: value.trim() }), 'replace');
  }

  private filterSoon(name: FilterName, event: Event): void {
    const { value } = event.target as HTMLInputElement;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.filter(name, value), typingMs);
  }

  private renderInput(title: string, name: FilterName, type: string): TemplateResult {
    return html`<label
      >${title}
      <input
        class="input compact"
        type=${type}
        min=${type === 'number' ? 0 : nothing}
        max=${type === 'number' ? 100 : nothing}
        .value=${this.query.get(name) ?? ''}
        @change=${(event: Event) => this.filter(name, (event.target as HTMLInputElement).value)}
      />
    </label>`;
  }

  private renderSelect(title: string, name: FilterName, options: { value: string; title: string }[]): TemplateResult {
    const chosen = this.query.get(name) ?? '';
    return html`<label
      >${title}
      <select
        class="input compact"
        @change=${(event: Event) => this.filter(name, (event.target as HTMLSelectElement).value)}
      >
        <option value="" ?selected=${chosen === ''}>All</option>
        ${options.map(
          (option) => html`<option value=${option.value} ?selected=${option.value === chosen}>${option.title}</option>`,
        )}
      </select>
    </label>`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const profiles = (this.profiles.value ?? []).map(({ uid, name }) => ({ value: uid, title: name }));
    const statuses = analysisStatuses.map((value) => ({ value, title: analysisWords[value].word }));
    return html`<div class="filters" role="search">
      <label class="search"
        >External id ${icon('search', 16)}
        <input
          class="input compact"
          type="search"
          placeholder="its beginning is enough"
          .value=${this.query.get('search') ?? ''}
          @input=${(event: Event) => this.filterSoon('search', event)}
        />
      </label>
      ${this.renderInput('From', 'from', 'date')}${this.renderInput('To', 'to', 'date')}
      ${this.renderSelect('Quality profile', 'profile', profiles)}${this.renderSelect('Status', 'status', statuses)}
      <span class="row score">
        ${this.renderInput('Score % from', 'min', 'number')}${this.renderInput('to', 'max', 'number')}
      </span>
      ${
        this.query.size > 0
          ? html`<button class="button quiet small" type="button" @click=${() => app.go('/analyses', 'replace')}>
            Clear
          </button>`
          : nothing
      }
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-analyses-filters': AnalysesFiltersElement;
  }
}
