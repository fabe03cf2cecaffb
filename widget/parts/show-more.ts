import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';

/**
 * The button below a list whose next page is read on demand.
 * @fires more
 */
@customElement('cqa-show-more')
export class ShowMoreElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: grid;
        justify-content: center;
        margin-top: var(--space-4);
      }
    `,
  ];

  @property() words = 'Show older ones';
  @property({ type: Boolean }) busy = false;

  private readonly ask = (): void => {
    this.dispatchEvent(new CustomEvent('more'));
  };

  override render() {
    return html`<button class="button" type="button" ?disabled=${this.busy} @click=${this.ask}>
      ${this.busy ? 'Loading …' : this.words}
    </button>`;
  }
}

/** A list that is read page by page. */
interface Paged {
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => unknown;
}

/** The button below a list, while there is more of it. */
export function showMore(list: Paged, words = 'Show older ones'): TemplateResult | typeof nothing {
  if (!list.hasMore) return nothing;
  return html`<cqa-show-more .words=${words} .busy=${list.isLoadingMore} @more=${list.loadMore}></cqa-show-more>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-show-more': ShowMoreElement;
  }
}
