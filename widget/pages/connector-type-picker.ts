import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type Direction, directions } from '../../shared/connector.ts';
import type { ConnectorType } from '../api/types.ts';
import { typeIcon } from '../parts/type-icon.ts';
import { base } from '../style/base.ts';

const headings: Record<Direction, string> = {
  import: 'Data Import: bring conversations in',
  export: 'Data Export: send results out',
};

/**
 * What a new connector is to be: a card for each type and direction, one line each.
 * @fires pick
 */
@customElement('cqa-connector-type-picker')
export class ConnectorTypePickerElement extends LitElement {
  static override styles = [
    base,
    css`
      .group + .group {
        margin-top: var(--space-5);
      }
      h3 {
        margin-bottom: var(--space-2);
      }
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(240px, 100%), 1fr));
        gap: var(--space-3);
      }
      button {
        display: flex;
        gap: var(--space-3);
        align-items: flex-start;
        padding: var(--space-4);
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-m);
        background: var(--surface);
        color: var(--text);
        font: inherit;
        text-align: left;
        cursor: pointer;
        transition: border-color var(--quick);
      }
      button:hover {
        border-color: var(--accent);
        background: var(--surface-hover);
      }
      button > svg {
        flex: none;
        color: var(--accent);
      }
    `,
  ];

  @property({ attribute: false }) types: readonly ConnectorType[] = [];
  /** The direction of the page it was opened from comes first. */
  @property({ attribute: false }) direction: Direction | undefined;

  private renderType(type: ConnectorType, direction: Direction): TemplateResult {
    return html`<button
      type="button"
      @click=${() => this.dispatchEvent(new CustomEvent('pick', { detail: { type, direction } }))}
    >
      ${typeIcon(type.id, 22)}
      <span><strong>${type.title}</strong><br /><span class="soft small">${type.summary}</span></span>
    </button>`;
  }

  override render() {
    const first = this.direction ?? 'import';
    const order = [first, ...directions.filter((direction) => direction !== first)];
    return order.map((direction) => {
      const types = this.types.filter((type) => type.directions.includes(direction));
      return html`<section class="group">
        <h3>${headings[direction]}</h3>
        <div class="cards">${types.map((type) => this.renderType(type, direction))}</div>
      </section>`;
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-connector-type-picker': ConnectorTypePickerElement;
  }
}
