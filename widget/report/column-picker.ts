import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ReportColumn } from '../../shared/report.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { type ColumnGroup, foundIn, metadataKeyIn } from './column-groups.ts';
import { isChosen, withColumns, withoutColumns } from './column-list.ts';

/**
 * Finds columns and puts them into a report or takes them out.
 * @fires columns with the new list
 */
@customElement('cqa-column-picker')
export class ColumnPickerElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .search {
        position: relative;
      }
      .search svg {
        position: absolute;
        left: 11px;
        top: 11px;
        color: var(--text-soft);
        pointer-events: none;
      }
      .search .input {
        padding-left: 34px;
      }
      .groups {
        max-height: 330px;
        margin-top: var(--space-2);
        overflow-y: auto;
        overscroll-behavior: contain;
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
      }
      details + details {
        border-top: 1px solid var(--line);
      }
      summary {
        padding: var(--space-2) var(--space-3);
        font-size: var(--size-s);
        font-weight: 600;
        cursor: pointer;
      }
      .choices {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(200px, 100%), 1fr));
        gap: 0 var(--space-3);
        padding: 0 var(--space-3) var(--space-2);
        font-size: var(--size-s);
      }
      .all {
        grid-column: 1 / -1;
        margin-left: calc(-1 * var(--space-2));
      }
      .none {
        padding: var(--space-3);
      }
      .new {
        margin-top: var(--space-2);
      }
      .new .button {
        max-width: 100%;
        white-space: normal;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) groups: readonly ColumnGroup[] = [];
  @property({ attribute: false }) columns: readonly ReportColumn[] = [];
  @state() private search = '';

  private change(columns: ReportColumn[]): void {
    this.dispatchEvent(new CustomEvent('columns', { detail: columns }));
  }

  private choose(names: string[], isWanted: boolean): void {
    this.change(isWanted ? withColumns(this.columns, names) : withoutColumns(this.columns, names));
  }

  /** Enter would save the form around it. */
  private readonly keepOpen = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') event.preventDefault();
  };

  private renderChoice({ column, title }: ColumnGroup['columns'][number]): TemplateResult {
    return html`<label class="check" title=${column}>
      <input
        type="checkbox"
        .checked=${isChosen(this.columns, column)}
        @change=${(event: Event) => this.choose([column], (event.target as HTMLInputElement).checked)}
      />
      <span class="break">${title}</span>
    </label>`;
  }

  private renderGroup({ title, columns }: ColumnGroup): TemplateResult {
    const names = columns.map(({ column }) => column);
    const chosen = names.filter((name) => isChosen(this.columns, name)).length;
    const hasAll = chosen === names.length;
    return html`<details ?open=${this.search !== ''}>
      <summary>
        ${title} <span class="soft">${chosen === 0 ? names.length : `${chosen} of ${names.length} chosen`}</span>
      </summary>
      <div class="choices">
        ${
          names.length > 1
            ? html`<div class="all">
              <button class="button quiet small" type="button" @click=${() => this.choose(names, !hasAll)}>
                ${hasAll ? `Remove all ${names.length}` : `Add all ${names.length}`}
              </button>
            </div>`
            : nothing
        }
        ${columns.map((column) => this.renderChoice(column))}
      </div>
    </details>`;
  }

  /** Metadata that no recent interaction has yet is asked for by its key. */
  private renderNew(): TemplateResult | typeof nothing {
    const key = metadataKeyIn(this.groups, this.search);
    if (key === undefined || isChosen(this.columns, `metadata.${key}`)) return nothing;
    const add = () => {
      this.choose([`metadata.${key}`], true);
      this.search = '';
    };
    return html`<div class="new">
      <button class="button small" type="button" @click=${add}>Add the metadata field “${key}”</button>
    </div>`;
  }

  override render() {
    const found = foundIn(this.groups, this.search);
    return html`<div class="search">
        ${icon('search', 16)}
        <input
          class="input"
          type="search"
          aria-label="Find a column"
          placeholder="find a column: score, agent, a KPI …"
          maxlength="120"
          autocomplete="off"
          .value=${this.search}
          @input=${(event: Event) => {
            this.search = (event.target as HTMLInputElement).value;
          }}
          @keydown=${this.keepOpen}
        />
      </div>
      <div class="groups">
        ${found.map((group) => this.renderGroup(group))}
        ${found.length === 0 && this.search.trim() !== '' ? html`<p class="none soft small">No column is called so.</p>` : nothing}
      </div>
      ${this.renderNew()}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-column-picker': ColumnPickerElement;
  }
}
