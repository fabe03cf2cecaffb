import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { RowFilter } from '../api/types.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { isFiltered } from './analyses-filter.ts';
import { type FilterNames, partsOf } from './analyses-filter-parts.ts';

/**
 * The conditions that the list is filtered by, each to be taken away.
 * @fires choose with the filter that is left
 */
@customElement('cqa-analyses-chips')
export class AnalysesChipsElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1);
        align-items: center;
      }
      li {
        min-width: 0;
      }
      .chip {
        max-width: 100%;
        min-height: 28px;
        border-color: transparent;
        border-radius: var(--radius-full);
        background: var(--accent-soft);
        color: var(--accent);
        white-space: normal;
        overflow-wrap: anywhere;
        text-align: left;
      }
      svg {
        flex: none;
      }
    `,
  ];

  @property({ attribute: false }) filter: RowFilter = {};
  @property({ attribute: false }) names: FilterNames = { profiles: undefined, fields: undefined };

  /** The button goes with the condition, and the focus would go with it. */
  private async choose(detail: RowFilter): Promise<void> {
    this.dispatchEvent(new CustomEvent('choose', { detail }));
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('button')?.focus();
  }

  protected override willUpdate(): void {
    this.hidden = !isFiltered(this.filter);
  }

  override render() {
    const parts = partsOf(this.filter, this.names);
    if (parts.length === 0) return nothing;
    return html`<ul aria-label="Active filters">
      ${parts.map(
        ({ words, without }) => html`<li>
          <button
            class="button small chip"
            type="button"
            aria-label="Take away: ${words}"
            @click=${() => this.choose(without)}
          >
            ${words}${icon('close', 13)}
          </button>
        </li>`,
      )}
      ${
        parts.length > 1
          ? html`<li>
            <button class="button quiet small" type="button" @click=${() => this.choose({})}>Clear all</button>
          </li>`
          : nothing
      }
    </ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-analyses-chips': AnalysesChipsElement;
  }
}
