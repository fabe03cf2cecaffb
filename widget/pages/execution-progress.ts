import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { ExecutionProgress } from '../api/types.ts';
import { base } from '../style/base.ts';
import { stepTitle } from '../words/execution.ts';
import { count } from '../words/numbers.ts';
import { bytesInWords, itemsSoFar, notKnown, rateInWords, shareDone, timeLeftInWords } from '../words/progress.ts';

/** How far an execution is that is under way: what it does now, how much is done of how much, how fast, how long yet. */
@customElement('cqa-execution-progress')
export class ExecutionProgressElement extends LitElement {
  static override styles = [
    base,
    css`
      .track {
        position: relative;
        height: 10px;
        margin: var(--space-3) 0;
        border-radius: var(--radius-full);
        background: var(--idle-soft);
        overflow: hidden;
      }
      .done {
        height: 100%;
        border-radius: inherit;
        background: var(--busy);
        transition: inline-size var(--calm);
      }
      .open {
        position: absolute;
        inset: 0 auto 0 0;
        inline-size: 30%;
        border-radius: inherit;
        background: var(--busy);
        animation: pass 1.6s ease-in-out infinite;
      }
      @keyframes pass {
        from {
          transform: translateX(-100%);
        }
        to {
          transform: translateX(340%);
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .open {
          inline-size: 100%;
          opacity: 0.35;
          transform: none;
        }
      }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(150px, 100%), 1fr));
        gap: var(--space-2) var(--space-4);
      }
      dt {
        color: var(--text-soft);
        font-size: var(--size-xs);
      }
      dd {
        font-weight: 600;
        font-variant-numeric: tabular-nums;
      }
      @media (max-width: 520px) {
        dl {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) progress: ExecutionProgress | undefined;

  private renderBar(progress: ExecutionProgress): TemplateResult {
    const share = shareDone(progress);
    if (share === undefined)
      return html`<div class="track" role="progressbar" aria-label="Progress" aria-valuetext="The total is ${notKnown}">
        <div class="open"></div>
      </div>`;
    const percent = Math.floor(share * 100);
    return html`<div
      class="track"
      role="progressbar"
      aria-label="Progress"
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${percent}
    >
      <div class="done" style=${styleMap({ 'inline-size': `${share * 100}%` })}></div>
    </div>`;
  }

  private renderFact(name: string, value: string | undefined): TemplateResult | typeof nothing {
    if (value === undefined) return nothing;
    return html`<div>
      <dt>${name}</dt>
      <dd class="break">${value}</dd>
    </div>`;
  }

  override render() {
    const { progress } = this;
    if (!progress) return nothing;
    const { step, cancel_requested: isStopping, counts, seconds_left: seconds } = progress;
    const { bytes_read: came, bytes_done: done, bytes_expected: expected } = progress;
    const share = shareDone(progress);
    const rows = 'parts' in counts ? counts.rows : counts.listed;
    const isImport = progress.items !== null;
    return html`<section class="card" aria-label="Progress">
      <div class="row">
        <h3 class="grow" role="status">
          ${isStopping ? 'Stopping …' : step ? stepTitle(step.name) : 'Waiting for its turn'}
        </h3>
        ${share === undefined ? html`<span class="soft small">The total is ${notKnown}</span>` : html`<span class="strong number">${Math.floor(share * 100)} %</span>`}
      </div>
      ${step?.message ? html`<p class="soft small break">${step.message}</p>` : nothing} ${this.renderBar(progress)}
      <dl>
        ${this.renderFact('Items', itemsSoFar(progress))} ${this.renderFact('Rows so far', count(rows))}
        ${this.renderFact('Bytes fetched', isImport ? bytesInWords(came, expected) : undefined)}
        ${this.renderFact(isImport ? 'Bytes stored' : 'Bytes delivered', bytesInWords(done, expected))}
        ${this.renderFact('Rate, last 10 s', rateInWords(progress))} ${this.renderFact('Time left', timeLeftInWords(seconds))}
      </dl>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-execution-progress': ExecutionProgressElement;
  }
}
