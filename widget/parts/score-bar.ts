import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { base } from '../style/base.ts';
import { score } from '../words/numbers.ts';

/** A percentage as figure and length. The figure says it; the bar only helps the eye down a column. */
@customElement('cqa-score-bar')
export class ScoreBarElement extends LitElement {
  static override styles = [
    base,
    css`
      .box {
        display: grid;
        grid-template-columns: minmax(52px, max-content) minmax(60px, 110px);
        gap: 2px var(--space-2);
        align-items: center;
        font-variant-numeric: tabular-nums;
      }
      strong {
        white-space: nowrap;
        text-align: right;
      }
      .track {
        height: 6px;
        border-radius: var(--radius-full);
        background: var(--idle-soft);
        overflow: hidden;
      }
      .fill {
        height: 100%;
        border-radius: var(--radius-full);
        background: var(--accent);
      }
      .label {
        grid-column: 1 / -1;
        color: var(--text-soft);
        font-size: var(--size-xs);
      }
    `,
  ];

  @property({ attribute: false }) percent: number | null = null;
  @property() label = '';

  override render() {
    if (this.percent === null) return html`<span class="soft">Not scored</span>`;
    const width = `${Math.max(0, Math.min(100, this.percent))}%`;
    return html`<div class="box">
      <strong>${score(this.percent)} %</strong>
      <div class="track"><div class="fill" style=${styleMap({ width })}></div></div>
      ${this.label ? html`<span class="label">${this.label}</span>` : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-score-bar': ScoreBarElement;
  }
}
