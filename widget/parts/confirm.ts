import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Problem } from '../api/problem.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import './dialog.ts';
import './problem.ts';

/**
 * Asks before something is destroyed: says first what that does, then has the thing's name typed where it has one here. What
 * is made again in a moment is given none.
 * @slot - what it does
 * @fires confirm
 * @fires close
 */
@customElement('cqa-confirm')
export class ConfirmElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        --dialog-width: 520px;
      }
    `,
  ];

  @property() heading = '';
  /** To be typed; empty: a press of the button is enough. */
  @property() name = '';
  @property() action = 'Delete';
  /** It is being done: there is no way back, so it stays open until that has ended. */
  @property({ type: Boolean }) busy = false;
  /** False until what it does can be said. */
  @property({ attribute: false }) isReady = true;
  @property({ attribute: false }) problem: Problem | undefined;
  @state() private typed = '';

  private get isConfirmable(): boolean {
    return this.typed.trim() === this.name && this.isReady && !this.busy;
  }

  private submit(event: Event): void {
    event.preventDefault();
    if (this.isConfirmable) this.dispatchEvent(new CustomEvent('confirm'));
  }

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  private renderName(): TemplateResult {
    return html`<div class="field">
      <label for="name">Type <strong class="break">${this.name}</strong> to confirm</label>
      <input
        id="name"
        class="input"
        autocomplete="off"
        spellcheck="false"
        .value=${this.typed}
        @input=${(event: InputEvent) => {
          this.typed = (event.target as HTMLInputElement).value;
        }}
      />
    </div>`;
  }

  override render() {
    return html`<cqa-dialog .heading=${this.heading} .isClosable=${!this.busy} @close=${this.close}>
      <form class="stack" id="confirm" @submit=${this.submit}>
        <slot></slot>
        ${this.name ? this.renderName() : nothing}
        ${this.problem ? html`<cqa-problem .problem=${this.problem}></cqa-problem>` : nothing}
      </form>
      <button slot="actions" class="button" type="button" ?disabled=${this.busy} @click=${this.close}>
        Keep it
      </button>
      <button slot="actions" class="button danger" type="submit" form="confirm" ?disabled=${!this.isConfirmable}>
        ${this.busy ? 'Working …' : this.action}
      </button>
    </cqa-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-confirm': ConfirmElement;
  }
}
