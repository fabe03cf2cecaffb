import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { icon } from './icon.ts';

/**
 * A modal dialog on the native element, so that focus stays inside and returns where it came from.
 * Open while it is in the page; it asks to be taken away with `close`, after a question where something was typed.
 * @slot - the body
 * @slot actions - buttons at its foot
 * @fires close - prevent it to stay open, where something must be asked before
 */
@customElement('cqa-dialog')
export class DialogElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      dialog {
        width: min(var(--dialog-width, 640px), calc(100vw - 24px));
        max-height: calc(100dvh - 24px);
        padding: 0;
        border: 1px solid var(--line);
        border-radius: var(--radius-l);
        background: var(--surface-raised);
        color: var(--text);
        box-shadow: var(--shadow-float);
        /* Not hidden: that could still be scrolled by the page, and its head would be gone. */
        overflow: clip;
      }
      dialog[open] {
        display: flex;
        flex-direction: column;
        animation: rise var(--calm) ease-out;
      }
      @keyframes rise {
        from {
          opacity: 0;
          transform: translateY(8px);
        }
      }
      dialog::backdrop {
        background: var(--veil);
      }
      header,
      footer {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        padding: var(--space-3) var(--space-4);
        flex: none;
      }
      header {
        /* As with its button, which goes while it cannot be closed. */
        min-height: calc(37px + 2 * var(--space-3));
        border-bottom: 1px solid var(--line);
        padding-left: var(--space-5);
      }
      footer {
        border-top: 1px solid var(--line);
        background: var(--surface-sunken);
        justify-content: flex-end;
        flex-wrap: wrap;
      }
      h2 {
        min-width: 0;
      }
      .question {
        flex: 1 1 180px;
        font-weight: 600;
      }
      .body {
        /* What is placed absolutely inside scrolls with the rest. */
        position: relative;
        padding: var(--space-5);
        overflow-y: auto;
        overscroll-behavior: contain;
      }
      @media (max-width: 480px) {
        .body {
          padding: var(--space-4);
        }
      }
    `,
  ];

  @property() heading = '';
  @property({ type: Boolean, attribute: 'no-actions' }) hasNoActions = false;
  /** False where leaving would lose something that must be answered first (signing in again). */
  @property({ attribute: false }) isClosable = true;
  /** True where closing would lose what was typed: it is asked about first. */
  @property({ attribute: false }) isChanged = false;
  @state() private isAsking = false;
  /** What had the focus when it opened. */
  private opener: HTMLElement | undefined;
  /** What had the focus inside it when it was last asked to close. */
  private left: HTMLElement | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.opener = focused();
  }

  /** The browser gives the focus back at `close()` only, not when the page takes an open dialog away. */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.opener?.isConnected) this.opener.focus();
  }

  protected override willUpdate(): void {
    if (!this.isChanged) this.isAsking = false;
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  private ask(event: Event): void {
    event.preventDefault();
    if (!this.isAsking) this.left = focused();
    if (!this.isClosable) return;
    if (this.isChanged) void this.question();
    else this.leave();
  }

  private async question(): Promise<void> {
    this.isAsking = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.keep')?.focus();
  }

  private readonly keep = (): void => {
    this.isAsking = false;
    this.left?.focus();
  };

  /** False where the page keeps it open. */
  private readonly leave = (): boolean => this.dispatchEvent(new CustomEvent('close', { cancelable: true }));

  /** A browser closes a dialog on the second Escape whatever its page says; what must be answered opens again. */
  private readonly closed = (): void => {
    if (this.isClosable && !this.isChanged && this.leave()) return;
    this.renderRoot.querySelector('dialog')?.showModal();
    this.left?.focus();
    if (this.isChanged) void this.question();
  };

  private renderQuestion(): TemplateResult {
    return html`<span class="question" role="alert">Discard what you typed?</span>
      <button class="button keep" type="button" @click=${this.keep}>Keep editing</button>
      <button class="button danger" type="button" @click=${this.leave}>Discard</button>`;
  }

  private renderFoot(): TemplateResult | typeof nothing {
    if (this.isAsking) return html`<footer>${this.renderQuestion()}</footer>`;
    return this.hasNoActions ? nothing : html`<footer><slot name="actions"></slot></footer>`;
  }

  override render() {
    return html`<dialog aria-labelledby="heading" @cancel=${this.ask} @close=${this.closed}>
      <header>
        <h2 id="heading" class="grow break">${this.heading}</h2>
        ${
          this.isClosable
            ? html`<button class="button quiet icon" type="button" aria-label="Close" @click=${this.ask}>
              ${icon('close')}
            </button>`
            : nothing
        }
      </header>
      <div class="body"><slot></slot></div>
      ${this.renderFoot()}
    </dialog>`;
  }
}

/** The element that has the focus, through shadow roots. */
function focused(): HTMLElement | undefined {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active instanceof HTMLElement ? active : undefined;
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-dialog': DialogElement;
  }
}
