import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { type IconName, icon } from './icon.ts';

const gapPx = 4;
const edgePx = 8;

/**
 * A button, and what opens beside it: above the page, in the window, closed by Escape and by a click elsewhere.
 * @slot - what opens
 * @fires open
 */
@customElement('cqa-drop-down')
export class DropDownElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .button.looks-input {
        width: 100%;
        justify-content: space-between;
        border-color: var(--line-strong);
        font-weight: 400;
      }
      .word {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .looks-button .word {
        max-width: 200px;
      }
      .chevron {
        display: inline-flex;
        transform: rotate(90deg);
      }
      .opens {
        position: fixed;
        inset: auto;
        margin: 0;
        width: min(var(--drop-width, 320px), calc(100vw - 16px));
        max-height: min(640px, calc(100dvh - 16px));
        overflow-y: auto;
        overscroll-behavior: contain;
        padding: var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface-raised);
        color: var(--text);
        box-shadow: var(--shadow-float);
        font-size: var(--size-s);
        font-weight: 400;
      }
    `,
  ];

  /** On the button. */
  @property() words = '';
  /** Read out before the words: of which field they are the value. */
  @property() label = '';
  @property() icon: IconName | undefined;
  /** As an input of a form, or as a button. */
  @property() looks: 'input' | 'button' = 'input';
  @state() private isOpen = false;
  /** What opens grows while one chooses in it. */
  private readonly size = new ResizeObserver(() => this.place());

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('resize', this.place);
    window.addEventListener('scroll', this.place, { passive: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('resize', this.place);
    window.removeEventListener('scroll', this.place);
    this.size.disconnect();
  }

  protected override updated(): void {
    if (this.isOpen && this.opened) this.size.observe(this.opened);
    else this.size.disconnect();
  }

  close(): void {
    this.opened?.hidePopover();
  }

  private get opened(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('.opens');
  }

  private readonly toggled = (event: Event): void => {
    this.isOpen = (event as ToggleEvent).newState === 'open';
    if (!this.isOpen) {
      this.giveFocusBack();
      return;
    }
    this.dispatchEvent(new CustomEvent('open'));
    this.place();
  };

  /** What had the focus is gone, unless a click elsewhere has moved it. */
  private giveFocusBack(): void {
    if (document.activeElement === document.body) this.renderRoot.querySelector('button')?.focus();
  }

  /** The browser puts it above everything, but not beside its button. */
  private readonly place = (): void => {
    const { opened } = this;
    if (!opened || !this.isOpen) return;
    const button = this.getBoundingClientRect();
    const left = Math.min(button.left, window.innerWidth - opened.offsetWidth - edgePx);
    const top = Math.min(button.bottom + gapPx, window.innerHeight - opened.offsetHeight - edgePx);
    opened.style.left = `${Math.max(edgePx, left)}px`;
    opened.style.top = `${Math.max(edgePx, top)}px`;
  };

  override render() {
    const { words, label } = this;
    return html`<button
        class="button ${this.looks === 'input' ? 'input compact' : ''} looks-${this.looks}"
        type="button"
        popovertarget="opens"
        aria-label=${label ? `${label}: ${words}` : nothing}
        aria-expanded=${this.isOpen ? 'true' : 'false'}
      >
        ${this.icon ? icon(this.icon, 16) : nothing}<span class="word">${words}</span
        ><span class="chevron">${icon('forward', 13)}</span>
      </button>
      <div id="opens" class="opens" popover @toggle=${this.toggled}>
        <slot></slot>
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-drop-down': DropDownElement;
  }
}
