import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { weekdays } from '../../shared/job.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { zoneList } from '../parts/zone-list.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { type Frequency, type JobDraft, missingInJob, scheduleOf } from './job-draft.ts';
import '../parts/time.ts';

const frequencies: Record<Frequency, string> = {
  one_time: 'One time',
  daily: 'Daily',
  weekly: 'Weekly',
  monthly: 'Monthly',
  every: 'Every few minutes',
};

const settleMs = 300;

/**
 * When a job runs, with the next times told by the server's own clockwork.
 * @fires edit with what changed of the draft
 */
@customElement('cqa-job-schedule')
export class JobScheduleElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .grid {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(200px, 100%), 1fr));
        gap: var(--space-4);
      }
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
      .wide {
        grid-column: 1 / -1;
      }
      .next {
        margin-top: var(--space-4);
        padding: var(--space-3);
        border-radius: var(--radius-s);
        background: var(--surface-sunken);
        border: 1px solid var(--line);
        font-size: var(--size-s);
        min-height: 62px;
      }
      .next ol {
        display: flex;
        flex-wrap: wrap;
        gap: 2px var(--space-4);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) draft: JobDraft | undefined;
  @property({ attribute: false }) problems: Record<string, string> = {};

  private asked = '';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly due = new Resource(this, async (signal) => {
    const { app, draft } = this;
    return draft && app?.api.jobs.previewDue.query({ schedule: scheduleOf(draft) }, { signal });
  });

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  /** Asks for the next times a moment after the last key, and only when the schedule is another one. */
  protected override updated(): void {
    if (!this.draft) return;
    const schedule = JSON.stringify(scheduleOf(this.draft));
    if (schedule === this.asked) return;
    this.asked = schedule;
    clearTimeout(this.timer);
    const isWhole = !Object.keys(missingInJob(this.draft)).some((path) => path.startsWith('schedule.'));
    if (isWhole) this.timer = setTimeout(this.due.load, settleMs);
  }

  private edit(detail: Partial<JobDraft>): void {
    this.dispatchEvent(new CustomEvent('edit', { detail }));
  }

  private input(
    title: string,
    type: string,
    value: string,
    path: string,
    set: (value: string) => Partial<JobDraft>,
    hint?: string,
  ): TemplateResult {
    const problem = this.problems[path];
    return html`<div class="field">
      <label for=${path}>${title}</label>
      <input
        id=${path}
        class="input"
        type=${type}
        list=${path === 'schedule.timezone' ? 'zones' : nothing}
        min=${type === 'number' ? 1 : nothing}
        max=${type === 'number' ? 1440 : nothing}
        aria-invalid=${problem ? 'true' : 'false'}
        .value=${value}
        @input=${(event: Event) => this.edit(set((event.target as HTMLInputElement).value))}
      />
      ${problem ? html`<span class="problem" role="alert">${problem}</span>` : nothing}
      ${hint ? html`<span class="hint">${hint}</span>` : nothing}
    </div>`;
  }

  private renderFrequency(draft: JobDraft): TemplateResult {
    return html`<div class="field">
      <label for="frequency">Frequency</label>
      <select
        id="frequency"
        class="input"
        @change=${(event: Event) => this.edit({ frequency: (event.target as HTMLSelectElement).value as Frequency })}
      >
        ${(Object.keys(frequencies) as Frequency[]).map(
          (name) => html`<option value=${name} ?selected=${name === draft.frequency}>${frequencies[name]}</option>`,
        )}
      </select>
    </div>`;
  }

  private renderTime(draft: JobDraft): TemplateResult {
    if (draft.frequency === 'one_time')
      return this.input('Date and time', 'datetime-local', draft.once, 'schedule.at', (once) => ({ once }));
    if (draft.frequency === 'every')
      return this.input('Minutes', 'number', String(draft.minutes ?? ''), 'schedule.minutes', (text) => ({
        minutes: text === '' ? undefined : Number(text),
      }));
    return this.input('Time of day', 'time', draft.at, 'schedule.at', (at) => ({ at: at.slice(0, 5) }));
  }

  private renderDays(draft: JobDraft): TemplateResult {
    const problem = this.problems['schedule.days'];
    return html`<fieldset class="field wide">
      <legend>Days</legend>
      <div class="days">
        ${weekdays.map(
          (day) => html`<label>
            <input
              type="checkbox"
              .checked=${draft.days.includes(day)}
              @change=${(event: Event) => {
                const isOn = (event.target as HTMLInputElement).checked;
                this.edit({ days: weekdays.filter((name) => (name === day ? isOn : draft.days.includes(name))) });
              }}
            />${day.charAt(0).toUpperCase()}${day.slice(1, 3)}
          </label>`,
        )}
      </div>
      ${problem ? html`<span class="problem" role="alert">${problem}</span>` : nothing}
    </fieldset>`;
  }

  private renderMonthDay(draft: JobDraft): TemplateResult {
    const days = Array.from({ length: 31 }, (_, index) => index + 1);
    const choose = (event: Event) => {
      const { value } = event.target as HTMLSelectElement;
      this.edit({ day: value === 'last' ? 'last' : Number(value) });
    };
    return html`<div class="field">
      <label for="day">Day of the month</label>
      <select id="day" class="input" @change=${choose}>
        ${days.map((day) => html`<option value=${day} ?selected=${day === draft.day}>${day}</option>`)}
        <option value="last" ?selected=${draft.day === 'last'}>the last day</option>
      </select>
      ${Number(draft.day) > 28 ? html`<span class="hint">In shorter months it runs on their last day.</span>` : nothing}
    </div>`;
  }

  private renderLimits(draft: JobDraft): TemplateResult | typeof nothing {
    if (draft.frequency === 'one_time') return nothing;
    return html`${this.input('Start date', 'date', draft.startDate, 'schedule.start_date', (startDate) => ({ startDate }), 'Empty: at once.')}
    ${this.input('End date', 'date', draft.endDate, 'schedule.end_date', (endDate) => ({ endDate }), 'Empty: never ends.')}`;
  }

  private renderOverlap(draft: JobDraft): TemplateResult | typeof nothing {
    if (draft.frequency === 'one_time') return nothing;
    return html`<div class="field">
      <label for="overlap">If the last run still goes on</label>
      <select
        id="overlap"
        class="input"
        @change=${(event: Event) => this.edit({ overlap: (event.target as HTMLSelectElement).value as JobDraft['overlap'] })}
      >
        <option value="skip" ?selected=${draft.overlap === 'skip'}>Skip and say so</option>
        <option value="queue" ?selected=${draft.overlap === 'queue'}>Wait for it, then run</option>
      </select>
    </div>`;
  }

  private renderNext(app: AppContext, draft: JobDraft): TemplateResult {
    const { value, problem } = this.due;
    if (problem) return html`<span class="soft">${problem.message}</span>`;
    if (!value) return html`<span class="soft">The next times will stand here.</span>`;
    if (value.due.length === 0) return html`<strong>It would never run:</strong> every time of this schedule is over.`;
    return html`<strong>Next times</strong> <span class="soft">(${draft.timezone})</span>
      <ol>
        ${value.due.map((at) => html`<li><cqa-time .at=${at} .zone=${value.timezone || app.zone}></cqa-time></li>`)}
      </ol>`;
  }

  override render() {
    const { app, draft } = this;
    if (!app || !draft) return nothing;
    return html`<div class="grid">
        ${this.renderFrequency(draft)}
        ${draft.frequency === 'monthly' ? this.renderMonthDay(draft) : nothing}${this.renderTime(draft)}
        ${draft.frequency === 'weekly' ? this.renderDays(draft) : nothing}
        ${this.input('Time zone', 'text', draft.timezone, 'schedule.timezone', (timezone) => ({ timezone }))}
        ${this.renderLimits(draft)}${this.renderOverlap(draft)}${zoneList()}
      </div>
      <div class="next" aria-live="polite">${this.renderNext(app, draft)}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-job-schedule': JobScheduleElement;
  }
}
