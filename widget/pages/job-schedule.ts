import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { mostMinutes } from '../../shared/job.ts';
import { messageAtField } from '../api/problem.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { zoneList } from '../parts/zone-list.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import {
  type Frequency,
  hasTimeOfDay,
  type JobDraft,
  missingInSchedule,
  scheduleOf,
  wrongInSchedule,
} from './job-draft.ts';
import { type JobField, jobField } from './job-field.ts';
import { jobScheduleStyles } from './job-schedule.styles.ts';
import './job-days.ts';
import './job-due.ts';

const frequencies: Record<Frequency, string> = {
  one_time: 'One time',
  daily: 'Daily',
  weekly: 'Weekly',
  monthly: 'Monthly',
  every: 'Every N minutes',
  cron: 'Cron expression',
};

const cronHint =
  'Minute, hour, day of the month, month, day of the week: 30 2 * * mon-fri. A month without a 31st is left out by 31; L is the last day of every month.';

const settleMs = 300;

type Field = Omit<JobField, 'problem' | 'onInput'> & { set(value: string): Partial<JobDraft> };

/**
 * When a job runs, with the next times told by the server's own clockwork, and what is wrong at its field as it is typed.
 * @fires edit with what changed of the draft
 */
@customElement('cqa-job-schedule')
export class JobScheduleElement extends LitElement {
  static override styles = [base, controls, jobScheduleStyles];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) draft: JobDraft | undefined;
  /** What saving found, by field. */
  @property({ attribute: false }) problems: Record<string, string> = {};

  /** The schedule that the next times were last asked for. */
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
  protected override willUpdate(): void {
    const { draft } = this;
    if (!draft) return;
    const schedule = JSON.stringify(scheduleOf(draft));
    if (schedule === this.asked) return;
    this.asked = schedule;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (Object.keys(missingInSchedule(draft)).length > 0) this.due.clear();
    else this.timer = setTimeout(this.ask, settleMs);
  }

  private readonly ask = (): void => {
    this.timer = undefined;
    void this.due.load();
  };

  private edit(detail: Partial<JobDraft>): void {
    this.dispatchEvent(new CustomEvent('edit', { detail }));
  }

  private problemAt(path: string): string | undefined {
    const { problem } = this.due;
    const asTyped = problem?.field === path ? messageAtField(problem) : undefined;
    return this.problems[path] ?? asTyped ?? (this.draft && wrongInSchedule(this.draft)[path]);
  }

  private input({ set, ...field }: Field): TemplateResult {
    return jobField({ ...field, problem: this.problemAt(field.path), onInput: (value) => this.edit(set(value)) });
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
          (name) => html`<option value=${name} .selected=${name === draft.frequency}>${frequencies[name]}</option>`,
        )}
      </select>
    </div>`;
  }

  private renderTime(draft: JobDraft): TemplateResult | typeof nothing {
    if (hasTimeOfDay(draft.frequency))
      return this.input({
        ...{ path: 'schedule.at', title: 'Time of day', type: 'time', value: draft.at },
        set: (at) => ({ at: at.slice(0, 5) }),
      });
    if (draft.frequency === 'one_time')
      return this.input({
        ...{ path: 'schedule.at', title: 'Date and time', type: 'datetime-local', value: draft.once },
        set: (once) => ({ once }),
      });
    return draft.frequency === 'every' ? this.renderMinutes(draft) : nothing;
  }

  private renderMinutes(draft: JobDraft): TemplateResult {
    return this.input({
      ...{ path: 'schedule.minutes', title: 'Minutes', type: 'number', value: String(draft.minutes ?? '') },
      ...{ min: 1, max: mostMinutes },
      set: (text) => ({ minutes: text === '' ? undefined : Number(text) }),
      hint: 'Also across a change of the clocks.',
    });
  }

  private renderExpression(draft: JobDraft): TemplateResult {
    return this.input({
      ...{ path: 'schedule.expression', title: 'Cron expression', type: 'text', value: draft.expression },
      set: (expression) => ({ expression }),
      hint: cronHint,
      ...{ isWide: true, isMono: true },
    });
  }

  private renderDays(draft: JobDraft): TemplateResult {
    return html`<cqa-job-days
      class="wide"
      .days=${draft.days}
      .problem=${this.problemAt('schedule.days')}
      @edit=${(event: CustomEvent<Partial<JobDraft>>) => this.edit(event.detail)}
    ></cqa-job-days>`;
  }

  private renderMonthDay(draft: JobDraft): TemplateResult {
    const days = Array.from({ length: 31 }, (_, index) => index + 1);
    const choose = (event: Event) => {
      const { value } = event.target as HTMLSelectElement;
      this.edit({ day: value === 'last' ? 'last' : Number(value) });
    };
    return html`<div class="field">
      <label for="day">Day of the month</label>
      <select id="day" class="input" aria-describedby="day.hint" @change=${choose}>
        ${days.map((day) => html`<option value=${day} .selected=${day === draft.day}>${day}</option>`)}
        <option value="last" .selected=${draft.day === 'last'}>the last day</option>
      </select>
      ${
        Number(draft.day) > 28
          ? html`<span id="day.hint" class="hint">In a month without day ${draft.day} it runs on its last day.</span>`
          : nothing
      }
    </div>`;
  }

  private renderLimits(draft: JobDraft): TemplateResult | typeof nothing {
    if (draft.frequency === 'one_time') return nothing;
    return html`${this.input({
      ...{ path: 'schedule.start_date', title: 'Start date', type: 'date', value: draft.startDate },
      set: (startDate) => ({ startDate }),
      hint: 'Empty: at once.',
    })}
      <div class="field">
        ${this.input({
          ...{ path: 'schedule.end_date', title: 'End date', type: 'date' },
          value: draft.neverEnds ? '' : draft.endDate,
          set: (endDate) => ({ endDate }),
          hint: draft.neverEnds ? undefined : 'This day included.',
          isOff: draft.neverEnds,
        })}
        <div>
          <label class="check">
            <input
              type="checkbox"
              .checked=${draft.neverEnds}
              @change=${(event: Event) => this.edit({ neverEnds: (event.target as HTMLInputElement).checked })}
            />
            Never ends
          </label>
        </div>
      </div>`;
  }

  private renderOverlap(draft: JobDraft): TemplateResult | typeof nothing {
    if (draft.frequency === 'one_time') return nothing;
    const choose = (event: Event) =>
      this.edit({ overlap: (event.target as HTMLSelectElement).value as JobDraft['overlap'] });
    return html`<div class="field">
      <label for="overlap">If the last run still goes on</label>
      <select id="overlap" class="input" @change=${choose}>
        <option value="skip" .selected=${draft.overlap === 'skip'}>Skip and say so</option>
        <option value="queue" .selected=${draft.overlap === 'queue'}>Wait for it, then run</option>
      </select>
    </div>`;
  }

  /** Why there are no next times, in words. */
  private reason(draft: JobDraft): string {
    const [missing] = Object.values(missingInSchedule(draft));
    if (missing !== undefined) return missing;
    const { problem } = this.due;
    if (!problem) return '';
    return problem.field === undefined ? problem.message : 'They stand here once the schedule is right.';
  }

  override render() {
    const { app, draft } = this;
    if (!app || !draft) return nothing;
    return html`<div class="grid ${draft.frequency === 'one_time' ? 'once' : ''}">
        ${this.renderFrequency(draft)}
        ${draft.frequency === 'monthly' ? this.renderMonthDay(draft) : nothing}${this.renderTime(draft)}
        ${draft.frequency === 'weekly' ? this.renderDays(draft) : nothing}
        ${this.input({
          ...{ path: 'schedule.timezone', title: 'Time zone', type: 'text', value: draft.timezone, list: 'zones' },
          set: (timezone) => ({ timezone }),
        })}
        ${draft.frequency === 'cron' ? this.renderExpression(draft) : nothing}
        ${this.renderLimits(draft)}${this.renderOverlap(draft)}${zoneList()}
      </div>
      <cqa-job-due
        .preview=${this.due.value}
        .reason=${this.reason(draft)}
        ?busy=${this.timer !== undefined || this.due.isLoading}
      ></cqa-job-due>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-job-schedule': JobScheduleElement;
  }
}
