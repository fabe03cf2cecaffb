import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { DuePreview } from '../api/types.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { dueInWords } from '../words/schedule.ts';
import { exactInstant, fromNow } from '../words/time.ts';

/** The next times of a schedule that is being edited, in its own zone, with what moved one of them. */
@customElement('cqa-job-due')
export class JobDueElement extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        padding: var(--space-3);
        border-radius: var(--radius-s);
        background: var(--surface-sunken);
        border: 1px solid var(--line);
        font-size: var(--size-s);
        /* As high as five times without a note, so that nothing below jumps while somebody types. */
        min-height: 150px;
      }
      ol {
        margin-top: var(--space-1);
        font-variant-numeric: tabular-nums;
        transition: opacity var(--quick);
      }
      ol[aria-busy='true'] {
        opacity: 0.55;
      }
      .note {
        display: flex;
        gap: 6px;
        color: var(--warn);
        font-weight: 550;
      }
      .note svg {
        flex: none;
        margin-top: 3px;
      }
    `,
  ];

  /** Undefined while there is none. */
  @property({ attribute: false }) preview: DuePreview | undefined;
  /** Why there is none. */
  @property() reason = '';
  /** Another schedule is being asked about. */
  @property({ type: Boolean }) busy = false;

  private renderTime({ at, note }: DuePreview['due'][number], zone: string, isFirst: boolean): TemplateResult {
    return html`<li>
      <time datetime=${at} title=${exactInstant(at, zone)}>${dueInWords(at, zone)}</time>
      ${isFirst ? html`<span class="soft">(${fromNow(at, Date.now())})</span>` : ''}
      ${note ? html`<span class="note">${icon('warning', 14)}<span>${note}</span></span>` : ''}
    </li>`;
  }

  private renderTimes({ due, timezone }: DuePreview): TemplateResult {
    if (due.length === 0)
      return html`<strong>It would never run:</strong> every time of this schedule is over. Choose a later one.`;
    const fewer = due.length < 5 ? html`<p class="soft">There are no more: the schedule is over then.</p>` : '';
    return html`<strong>Next times</strong> <span class="soft">in ${timezone}</span>
      <ol aria-busy=${this.busy ? 'true' : 'false'}>
        ${due.map((time, index) => this.renderTime(time, timezone, index === 0))}
      </ol>
      ${fewer}`;
  }

  override render() {
    const { preview, reason, busy } = this;
    return html`<div aria-live="polite">${
      reason !== ''
        ? html`<strong>Next times</strong> <p class="soft break">${reason}</p>`
        : preview
          ? this.renderTimes(preview)
          : html`<strong>Next times</strong> <p class="soft">${busy ? 'Being worked out …' : ''}</p>`
    }</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-job-due': JobDueElement;
  }
}
