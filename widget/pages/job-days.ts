import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { weekdays } from '../../shared/job.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import type { Weekday } from './job-draft.ts';

/**
 * The days of the week on which a job runs.
 * @fires edit with `{ days }`, in the order of the week
 */
@customElement('cqa-job-days')
export class JobDaysElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .days {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      .days label {
        padding: 5px 11px;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-full);
        font-size: var(--size-s);
        cursor: pointer;
      }
      .days label:has(:checked) {
        background: var(--accent-soft);
        border-color: var(--accent);
        color: var(--accent);
        font-weight: 600;
      }
      .days label:focus-within {
        outline: 2px solid var(--focus);
        outline-offset: 2px;
      }
      .days input {
        position: absolute;
        opacity: 0;
        width: 1px;
        height: 1px;
      }
    `,
  ];

  @property({ attribute: false }) days: readonly Weekday[] = [];
  @property() problem: string | undefined;

  private choose(day: Weekday, isOn: boolean): void {
    const days = weekdays.filter((name) => (name === day ? isOn : this.days.includes(name)));
    this.dispatchEvent(new CustomEvent('edit', { detail: { days } }));
  }

  override render() {
    const { days, problem } = this;
    return html`<fieldset class="field ${problem ? 'wrong' : ''}">
      <legend>Days</legend>
      <div class="days">
        ${weekdays.map(
          (day) => html`<label>
            <input
              type="checkbox"
              aria-label=${capital(day)}
              .checked=${days.includes(day)}
              @change=${(event: Event) => this.choose(day, (event.target as HTMLInputElement).checked)}
            />${capital(day).slice(0, 3)}
          </label>`,
        )}
      </div>
      ${problem ? html`<span class="problem" role="alert">${problem}</span>` : nothing}
    </fieldset>`;
  }
}

function capital(day: string): string {
  return `${day.charAt(0).toUpperCase()}${day.slice(1)}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-job-days': JobDaysElement;
  }
}
