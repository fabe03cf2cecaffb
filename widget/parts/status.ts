import { css, html, LitElement, svg, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../style/base.ts';
import type { Shape, StatusWords } from '../words/status.ts';

const shapes: Record<Shape, TemplateResult<2>> = {
  clock: svg`<circle cx="8" cy="8" r="6"/><path d="M8 4.500V8l2.3 1.5"/>`,
  running: svg`<circle cx="8" cy="8" r="6" stroke-dasharray="26 12"/>`,
  check: svg`<circle cx="8" cy="8" r="7" fill="currentColor" stroke="none"/><path d="m5 8.2 2.1 2.100L11 6.2" stroke="var(--mark)"/>`,
  half: svg`<path d="M8 1.5 15 14H1L8 1.500Z" fill="currentColor" stroke="currentColor" stroke-width="1"/><path d="M8 6v3.500M8 11.800h.01" stroke="var(--mark)"/>`,
  cross: svg`<rect x="1.5" y="1.5" width="13" height="13" rx="3" fill="currentColor" stroke="none"/><path d="m5.5 5.5 5 5M10.5 5.500l-5 5" stroke="var(--mark)"/>`,
  stop: svg`<circle cx="8" cy="8" r="6"/><path d="M4 12 12 4"/>`,
  pause: svg`<path d="M5.5 3.500v9M10.5 3.500v9"/>`,
};

/** A state's shape in the colour of the text around it; its word stands beside it. */
export function stateShape(shape: Shape): TemplateResult {
  return html`<svg
    class=${shape}
    width="14"
    height="14"
    viewBox="0 0 16 16"
    fill="none"
    stroke="currentColor"
    stroke-width="1.7"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    ${shapes[shape]}
  </svg>`;
}

/**
 * A state as word, shape and colour. Its meaning shows on hover and on keyboard focus, and is read out with it.
 */
@customElement('cqa-status')
export class StatusElement extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: inline-block;
        position: relative;
        vertical-align: middle;
      }
      .badge {
        --mark: var(--surface);
        display: inline-flex;
        align-items: center;
        gap: 6px;
        padding: 2px 9px 2px 6px;
        border-radius: var(--radius-full);
        font-size: var(--size-xs);
        font-weight: 600;
        white-space: nowrap;
        line-height: 1.6;
        cursor: default;
      }
      .idle {
        color: var(--idle);
        background: var(--idle-soft);
      }
      .busy {
        color: var(--busy);
        background: var(--busy-soft);
      }
      .good {
        color: var(--good);
        background: var(--good-soft);
      }
      .warn {
        color: var(--warn);
        background: var(--warn-soft);
      }
      .bad {
        color: var(--bad);
        background: var(--bad-soft);
      }
      .running {
        animation: turn 1.4s linear infinite;
      }
      @keyframes turn {
        to {
          transform: rotate(1turn);
        }
      }
      .meaning {
        position: fixed;
        margin: 0;
        inset: auto;
        max-width: 260px;
        padding: var(--space-2) var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        background: var(--surface-raised);
        color: var(--text);
        box-shadow: var(--shadow-float);
        font-size: var(--size-s);
        font-weight: 400;
        white-space: normal;
        pointer-events: none;
      }
    `,
  ];

  @property({ attribute: false }) words: StatusWords | undefined;

  private show(): void {
    const bubble = this.renderRoot.querySelector<HTMLElement>('.meaning');
    if (!bubble || bubble.matches(':popover-open')) return;
    bubble.showPopover();
    const badge = this.getBoundingClientRect();
    const left = Math.max(8, Math.min(badge.left, window.innerWidth - bubble.offsetWidth - 8));
    const below = badge.bottom + 6;
    const fits = below + bubble.offsetHeight < window.innerHeight - 4;
    bubble.style.left = `${left}px`;
    bubble.style.top = `${fits ? below : badge.top - bubble.offsetHeight - 6}px`;
  }

  private hide(): void {
    const bubble = this.renderRoot.querySelector<HTMLElement>('.meaning');
    if (bubble?.matches(':popover-open')) bubble.hidePopover();
  }

  override render() {
    if (!this.words) return html``;
    const { word, meaning, tone, shape } = this.words;
    return html`<span
        class="badge ${tone}"
        tabindex="0"
        aria-describedby="meaning"
        @mouseenter=${this.show}
        @mouseleave=${this.hide}
        @focus=${this.show}
        @blur=${this.hide}
      >
        ${stateShape(shape)}
        ${word}
      </span>
      <span id="meaning" class="meaning" popover="manual" role="tooltip">${meaning}</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-status': StatusElement;
  }
}
