import { html, nothing, type TemplateResult } from 'lit';
import type { StreamState } from '../../shared/stream.ts';
import type { Job } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { scheduleInWords } from '../words/schedule.ts';
import { continuousWords, disabledWords, enabledWords, executionWords } from '../words/status.ts';
import { streamWords, unreadReasons } from '../words/stream.ts';
import { hasSettableSchedule } from './job-draft.ts';
import '../parts/status.ts';
import '../parts/time.ts';

/** What the cells of a job's row hold: its schedule, how it stands, its next run and its last. */

export function scheduleCell(app: AppContext, job: Job): TemplateResult {
  const words = scheduleInWords(job.schedule, app.zone);
  if (job.schedule.frequency === 'cron') return cronCell(words, job.schedule.expression);
  if (hasSettableSchedule(job)) return html`${job.runs_on_arrival ? 'On arrival, and ' : nothing}${words}`;
  return html`${words}<br /><span class="soft small">${continuousHint(job)}</span>`;
}

/** Longer ones must be broken, or they would widen the table. */
const longestUnbroken = 24;

/** An expression that is broken over two lines is hard to read. */
function cronCell(words: string, expression: string): TemplateResult {
  const start = words.indexOf(expression);
  const end = start + expression.length;
  const isShort = expression.length <= longestUnbroken;
  return html`${words.slice(0, start)}<code class=${isShort ? 'unbroken' : ''}>${expression}</code>${words.slice(end)}`;
}

/** What reads without an end is active and may fail all the same. */
export function statusCell({ schedule, is_enabled: isEnabled, stream_state: stream }: Job): TemplateResult {
  const words = schedule.frequency === 'continuous' ? continuousWords : enabledWords;
  return html`<cqa-status .words=${isEnabled ? words : disabledWords}></cqa-status>${
    isEnabled && stream && !readStates.includes(stream)
      ? html`<br /><cqa-status .words=${streamWords[stream]}></cqa-status>`
      : nothing
  }`;
}

export function nextRunCell(app: AppContext, job: Job): TemplateResult {
  if (job.next_due_at) return html`<cqa-time .at=${job.next_due_at} .zone=${app.zone}></cqa-time>`;
  if (!hasSettableSchedule(job)) return html`<span class="soft">–</span>`;
  return job.is_enabled
    ? html`<span class="over">none: its schedule is over</span>`
    : html`<span class="soft">none while disabled</span>`;
}

export function lastRunCell(app: AppContext, { last_run: run }: Job): TemplateResult {
  if (!run) return html`<span class="soft">not yet</span>`;
  return html`<cqa-status .words=${executionWords[run.status]}></cqa-status><br />
    <a data-page href=${app.href(`/executions/${run.execution_id}`)}
      ><cqa-time relative .at=${run.at} .zone=${app.zone}></cqa-time
    ></a>`;
}

const readStates: readonly StreamState[] = ['following', 'starting'];

/** What stops a job that reads without an end, or why it reads nothing. */
function continuousHint({ is_enabled: isEnabled, stream_state: stream }: Job): string {
  if (!isEnabled) return 'Enable it to go on reading.';
  return (stream && unreadReasons[stream]) ?? 'Disable it to stop reading.';
}
