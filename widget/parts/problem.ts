import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Problem } from '../api/problem.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { icon } from './icon.ts';
import './copy.ts';

/** A failure: what happened, where, what to do; with the trace id to hand on. `again` offers to try once more. */
@customElement('cqa-problem')
export class ProblemElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .box {
        display: flex;
        gap: var(--space-3);
        align-items: flex-start;
        padding: var(--space-3) var(--space-4);
        border: 1px solid var(--bad);
        border-radius: var(--radius-m);
        background: var(--bad-soft);
      }
      .box > svg {
        color: var(--bad);
        flex: none;
        margin-top: 1px;
      }
      .trace {
        margin-top: var(--space-2);
        font-size: var(--size-s);
      }
    `,
  ];

  @property({ attribute: false }) problem: Problem | undefined;
  /** What was being tried: `The connectors could not be loaded`. */
  @property() what = '';
  @property({ attribute: false }) again: (() => void) | undefined;

  protected override willUpdate(): void {
    this.hidden = this.problem === undefined;
  }

  override render() {
    if (!this.problem) return nothing;
    const { message, traceId } = this.problem;
    return html`<div class="box" role="alert">
      ${icon('warning', 20)}
      <div class="grow break">
        ${this.what ? html`<p class="strong">${this.what}</p>` : nothing}
        <p>${message}</p>
        ${
          traceId
            ? html`<div class="row trace">
              <span class="soft">Trace id <code>${traceId}</code></span><cqa-copy .text=${traceId}></cqa-copy>
            </div>`
            : nothing
        }
      </div>
      ${this.again ? html`<button class="button small" type="button" @click=${this.again}>Try again</button>` : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-problem': ProblemElement;
  }
}
