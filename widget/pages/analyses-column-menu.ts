import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Problem } from '../api/problem.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { defaultListColumns } from './analyses-columns.ts';
import '../parts/drop-down.ts';
import '../parts/problem.ts';

/**
 * The columns of the Analysis List: which, and in which order.
 * @fires choose with their names
 * @fires open
 */
@customElement('cqa-analyses-column-menu')
export class AnalysesColumnMenuElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .shown li {
        display: flex;
        align-items: center;
        gap: 2px;
      }
      h3 {
        margin: var(--space-3) 0 var(--space-1);
        font-size: var(--size-xs);
        color: var(--text-soft);
      }
      .reset {
        margin-top: var(--space-3);
      }
    `,
  ];

  /** By name. */
  @property({ attribute: false }) titles: ReadonlyMap<string, string> = new Map();
  /** Names. */
  @property({ attribute: false }) chosen: readonly string[] = [];
  /** The metadata fields are still being looked for, or could not be found. */
  @property({ attribute: false }) isLoading = false;
  @property({ attribute: false }) problem: Problem | undefined;

  private readonly opened = (): void => {
    this.dispatchEvent(new CustomEvent('open'));
  };

  private choose(detail: readonly string[]): void {
    this.dispatchEvent(new CustomEvent('choose', { detail }));
  }

  private toggle(name: string, isShown: boolean): void {
    const others = this.chosen.filter((other) => other !== name);
    this.choose(isShown ? [...others, name] : others);
    this.focusSoon(name, 'input');
  }

  private move(name: string, from: number, to: number): void {
    const moved = this.chosen.filter((other) => other !== name);
    moved.splice(to, 0, name);
    this.choose(moved);
    const isAtEnd = to === 0 || to === moved.length - 1;
    const way = isAtEnd ? (to < from ? 'down' : 'up') : to < from ? 'up' : 'down';
    this.focusSoon(name, `button.${way}`);
  }

  /** What had the focus is drawn at another place, or can do no more there. */
  private focusSoon(name: string, control: string): void {
    requestAnimationFrame(() => {
      const item = [...this.renderRoot.querySelectorAll('li')].find(({ dataset }) => dataset.column === name);
      item?.querySelector<HTMLElement>(control)?.focus();
    });
  }

  private renderShown(name: string, index: number): TemplateResult {
    const title = this.titles.get(name) ?? name.replace(/^metadata\./, '');
    const button = (words: string, shape: 'up' | 'down', isOff: boolean, to: number) => html`<button
      class="button quiet icon small ${shape}"
      type="button"
      aria-label="${words} ${title}"
      title=${words}
      ?disabled=${isOff}
      @click=${() => this.move(name, index, to)}
    >
      ${icon(shape, 15)}
    </button>`;
    return html`<li data-column=${name}>
      <label class="check grow">
        <input
          type="checkbox"
          .checked=${true}
          @change=${() => this.toggle(name, false)}
        />
        <span class="break">${title}</span>
      </label>
      ${button('Move up', 'up', index === 0, index - 1)}
      ${button('Move down', 'down', index === this.chosen.length - 1, index + 1)}
    </li>`;
  }

  private renderOther([name, title]: [string, string]): TemplateResult {
    return html`<li data-column=${name}>
      <label class="check">
        <input type="checkbox" .checked=${false} @change=${() => this.toggle(name, true)} />
        <span class="break">${title}</span>
      </label>
    </li>`;
  }

  private get isDefault(): boolean {
    return this.chosen.join('\n') === defaultListColumns.join('\n');
  }

  override render() {
    const others = [...this.titles].filter(([name]) => !this.chosen.includes(name));
    return html`<cqa-drop-down looks="button" words="Columns" @open=${this.opened}>
      <p class="soft">The external id stays first. What you choose is remembered for you.</p>
      <h3>Shown, in this order</h3>
      <ul class="shown" aria-label="Columns shown">
        ${repeat(
          this.chosen,
          (name) => name,
          (name, index) => this.renderShown(name, index),
        )}
      </ul>
      ${
        others.length > 0
          ? html`<h3>Not shown</h3>
            <ul aria-label="Columns not shown">
              ${repeat(
                others,
                ([name]) => name,
                (other) => this.renderOther(other),
              )}
            </ul>`
          : nothing
      }
      ${this.isLoading ? html`<p class="soft" role="status">Looking for metadata fields …</p>` : nothing}
      <cqa-problem what="The metadata fields could not be loaded" .problem=${this.problem}></cqa-problem>
      ${
        this.isDefault
          ? nothing
          : html`<button class="button small reset" type="button" @click=${() => this.choose(defaultListColumns)}>
            As at first
          </button>`
      }
    </cqa-drop-down>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-analyses-column-menu': AnalysesColumnMenuElement;
  }
}
