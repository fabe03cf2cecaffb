import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TranscriptTurn } from '../../shared/measures.ts';
import { base } from '../style/base.ts';
import { clock } from '../words/time.ts';

const names = { agent: 'Agent', customer: 'Customer' } as const;

/**
 * The conversation turn by turn; a turn whose time is known leads the player there, and the one being played is marked.
 * @fires play-from
 */
@customElement('cqa-transcript')
export class TranscriptElement extends LitElement {
  static override styles = [
    base,
    css`
      ol {
        display: grid;
        gap: var(--space-2);
        max-height: 520px;
        overflow-y: auto;
        overscroll-behavior: contain;
      }
      li {
        padding: var(--space-2) var(--space-3);
        border-left: 3px solid var(--line-strong);
        border-radius: 0 var(--radius-s) var(--radius-s) 0;
      }
      li.agent {
        border-color: var(--agent);
      }
      li.customer {
        border-color: var(--customer);
      }
      li.now {
        background: var(--accent-soft);
      }
      .who {
        display: flex;
        gap: var(--space-2);
        font-size: var(--size-xs);
        font-weight: 650;
      }
      .agent .who {
        color: var(--agent);
      }
      .customer .who {
        color: var(--customer);
      }
      button {
        padding: 0;
        border: 0;
        background: none;
        color: var(--accent);
        font: inherit;
        cursor: pointer;
        text-decoration: underline;
        text-underline-offset: 2px;
      }
    `,
  ];

  @property({ attribute: false }) turns: readonly TranscriptTurn[] = [];
  @property({ attribute: false }) seconds = 0;

  /** The last turn that has begun. */
  private currentTurn(): number {
    if (this.seconds <= 0) return -1;
    return this.turns.findLastIndex((turn) => turn.start_seconds !== null && turn.start_seconds <= this.seconds);
  }

  private renderTime({ start_seconds: start }: TranscriptTurn): TemplateResult | typeof nothing {
    if (start === null) return nothing;
    const play = () => this.dispatchEvent(new CustomEvent('play-from', { detail: { seconds: start } }));
    return html`<button type="button" aria-label="Play from ${clock(start)}" @click=${play}>${clock(start)}</button>`;
  }

  override render() {
    const current = this.currentTurn();
    return html`<ol tabindex="0" aria-label="Transcript">
      ${this.turns.map(
        (turn, index) => html`<li class="${turn.role ?? ''} ${index === current ? 'now' : ''}">
          <div class="who">${turn.role ? names[turn.role] : 'Not known who'}${this.renderTime(turn)}</div>
          <p class="break">${turn.text}</p>
        </li>`,
      )}
    </ol>`;
  }
}

declare global {
  interface HTMLElementEventMap {
    'play-from': CustomEvent<{ seconds: number }>;
  }
  interface HTMLElementTagNameMap {
    'cqa-transcript': TranscriptElement;
  }
}
