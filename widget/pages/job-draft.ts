import type { ShownJobAlerts } from '../../shared/alert.ts';
import { defaultSchedule, type JobType, mostMinutes, type Schedule, type weekdays } from '../../shared/job.ts';
import type { ReportConfig } from '../../shared/report.ts';
import { withChanges } from '../form/values.ts';
import { missingInReport, newReport, type ReportDraft, reportDraftOf, reportOf } from '../report/draft.ts';
import { clockTimeInZone, dateInZone } from '../words/time.ts';
import { type AlertChoice, alertChoiceOf, choiceWithChanges, jobAlertsOf } from './alert-draft.ts';

/** Of the calendar: it has no zone, and no day that is shorter. */
const dayMs = 86_400_000;

export type Weekday = (typeof weekdays)[number];
/** What a person may set; the job of a stream runs all the time, and only the product makes it. */
export type SettableSchedule = Exclude<Schedule, { frequency: 'continuous' }>;
export type Frequency = SettableSchedule['frequency'];

/**
 * What the job dialog holds. Everything that any frequency needs stands side by side, so that changing the frequency
 * and changing it back loses nothing that was typed.
 */
export interface JobDraft extends AlertChoice {
  name: string;
  type: JobType;
  connectors: string[];
  frequency: Frequency;
  /** HH:MM for daily, weekly and monthly. */
  at: string;
  /** YYYY-MM-DDTHH:MM for one time, perhaps with seconds. */
  once: string;
  days: Weekday[];
  day: number | 'last';
  minutes: number | undefined;
  /** Of cron. */
  expression: string;
  startDate: string;
  /** Stays as it was typed while the job never ends. */
  endDate: string;
  neverEnds: boolean;
  timezone: string;
  /** The account's zone, where the schedule named none: it goes on following that unless another one is given. */
  inheritedZone?: string;
  overlap: Schedule['overlap'];
  /** Of an export. */
  report: ReportDraft;
  isEnabled: boolean;
}

/** A new job: daily at 02:30, without an end; as one time, the next 02:30. `now` is any instant. */
export function newDraft(zone: string, now: string | number): JobDraft {
  return {
    name: '',
    type: 'data_import',
    connectors: [],
    frequency: 'daily',
    at: defaultSchedule.at,
    once: nextOnce(zone, now),
    days: ['monday'],
    day: 1,
    minutes: 15,
    expression: '30 2 * * *',
    startDate: '',
    endDate: '',
    neverEnds: true,
    timezone: zone,
    overlap: 'skip',
    report: newReport(),
    ...alertChoiceOf(null),
    isEnabled: true,
  };
}

/** The next time that the clocks there show the usual time of day, as YYYY-MM-DDTHH:MM. */
function nextOnce(zone: string, now: string | number): string {
  const { at } = defaultSchedule;
  const isOver = clockTimeInZone(now, zone).slice(0, 5) >= at;
  const today = new Date(dateInZone(now, zone)).getTime();
  const day = new Date(today + (isOver ? dayMs : 0)).toISOString().slice(0, 10);
  return `${day}T${at}`;
}

interface SavedJob {
  name: string;
  type: JobType;
  connectors: string[];
  schedule: SettableSchedule;
  report: ReportConfig | null;
  alerts: ShownJobAlerts | null;
  is_enabled: boolean;
}

/** Whether it has a schedule that can be edited. */
export function hasSettableSchedule<T extends { schedule: Schedule }>(
  job: T,
): job is T & { schedule: SettableSchedule } {
  return job.schedule.frequency !== 'continuous';
}

export function draftOfJob(job: SavedJob, zone: string, now: string | number): JobDraft {
  const { schedule, report } = job;
  const draft: JobDraft = {
    ...newDraft(schedule.timezone ?? zone, now),
    ...(schedule.timezone === undefined ? { inheritedZone: zone } : {}),
    name: job.name,
    type: job.type,
    connectors: [...job.connectors],
    frequency: schedule.frequency,
    startDate: schedule.start_date ?? '',
    endDate: schedule.end_date === 'never' ? '' : schedule.end_date,
    neverEnds: schedule.end_date === 'never',
    overlap: schedule.overlap,
    isEnabled: job.is_enabled,
    ...alertChoiceOf(job.alerts),
    ...(report ? { report: reportDraftOf(report) } : {}),
  };
  return { ...draft, ...rhythmOf(schedule) };
}

/** What is there now, with what was changed in the form since it was `before`; report and alerts part by part. */
export function draftWithChanges(now: JobDraft, mine: JobDraft, before: JobDraft): JobDraft {
  return {
    ...choiceWithChanges(now, mine, before),
    report: withChanges(now.report, mine.report, before.report),
  };
}

function rhythmOf(schedule: SettableSchedule): Partial<JobDraft> {
  switch (schedule.frequency) {
    case 'one_time':
      return { once: schedule.at };
    case 'daily':
      return { at: schedule.at };
    case 'weekly':
      return { at: schedule.at, days: [...schedule.days] };
    case 'monthly':
      return { at: schedule.at, day: schedule.day };
    case 'every':
      return { minutes: schedule.minutes };
    case 'cron':
      return { expression: schedule.expression };
  }
}

/** The schedule as the server takes it; it says at which field something is missing. */
export function scheduleOf(draft: JobDraft): SettableSchedule {
  const frame = {
    ...zoneOf(draft),
    end_date: draft.neverEnds ? 'never' : draft.endDate,
    overlap: draft.overlap,
    ...(draft.startDate === '' ? {} : { start_date: draft.startDate }),
  };
  switch (draft.frequency) {
    case 'one_time':
      // It happens once: a first and a last day would only contradict it.
      return { frequency: 'one_time', at: draft.once, ...zoneOf(draft), end_date: 'never', overlap: frame.overlap };
    case 'daily':
      return { frequency: 'daily', at: draft.at, ...frame };
    case 'weekly':
      return { frequency: 'weekly', days: draft.days, at: draft.at, ...frame };
    case 'monthly':
      return { frequency: 'monthly', day: draft.day, at: draft.at, ...frame };
    case 'every':
      return { frequency: 'every', minutes: draft.minutes ?? 0, ...frame };
    case 'cron':
      return { frequency: 'cron', expression: draft.expression, ...frame };
  }
}

function zoneOf({ timezone, inheritedZone }: JobDraft): { timezone?: string } {
  return timezone === inheritedZone ? {} : { timezone };
}

/** The whole job as the server takes it. Only an export has a report. */
export function jobOf(draft: JobDraft) {
  const alerts = jobAlertsOf(draft);
  return {
    name: draft.name.trim(),
    type: draft.type,
    connectors: draft.connectors,
    schedule: scheduleOf(draft),
    is_enabled: draft.isEnabled,
    ...(draft.type === 'data_export' ? { report: reportOf(draft.report) } : {}),
    ...(alerts ? { alerts } : {}),
  };
}

/** What can be said without asking the server, by field. */
export function missingInJob(draft: JobDraft): Record<string, string> {
  const problems: Record<string, string> = {};
  if (draft.name.trim() === '') problems.name = 'A name is needed.';
  if (draft.connectors.length === 0)
    problems.connectors = draft.type === 'data_import' ? 'Choose a connector.' : 'Choose at least one destination.';
  Object.assign(problems, missingInSchedule(draft));
  if (draft.type === 'data_export')
    for (const [field, words] of Object.entries(missingInReport(draft.report))) problems[`report.${field}`] = words;
  return problems;
}

/** The same of the schedule alone; while it says anything there are no next times to ask for. */
export function missingInSchedule(draft: JobDraft): Record<string, string> {
  const problems = wrongInSchedule(draft);
  const { frequency } = draft;
  if (frequency === 'one_time' && draft.once === '') problems['schedule.at'] = 'Give the date and the time.';
  if (hasTimeOfDay(frequency) && draft.at === '') problems['schedule.at'] = 'Give the time of day.';
  if (frequency === 'weekly' && draft.days.length === 0) problems['schedule.days'] = 'Choose at least one day.';
  if (frequency === 'every' && draft.minutes === undefined)
    problems['schedule.minutes'] = `Give the minutes between two runs: 1 to ${mostMinutes}.`;
  if (frequency === 'cron' && draft.expression.trim() === '')
    problems['schedule.expression'] = 'Give five fields: minute, hour, day of the month, month, day of the week.';
  if (draft.timezone.trim() === '') problems['schedule.timezone'] = 'Give the time zone, such as Asia/Kolkata.';
  if (frequency !== 'one_time' && !draft.neverEnds && draft.endDate === '')
    problems['schedule.end_date'] = 'Give the last day, or let it never end.';
  return problems;
}

/** What stands in the schedule and cannot be: told as it is typed. What is not typed yet is none of it. */
export function wrongInSchedule(draft: JobDraft): Record<string, string> {
  const problems: Record<string, string> = {};
  const { frequency, minutes, startDate, endDate } = draft;
  if (frequency === 'every' && minutes !== undefined && !isMinutes(minutes))
    problems['schedule.minutes'] = `This must be a whole number from 1 to ${mostMinutes}; ${mostMinutes} is a day.`;
  const hasBoth = frequency !== 'one_time' && !draft.neverEnds && startDate !== '' && endDate !== '';
  if (hasBoth && endDate < startDate) problems['schedule.end_date'] = 'The end lies before the start.';
  return problems;
}

function isMinutes(minutes: number): boolean {
  return Number.isInteger(minutes) && minutes >= 1 && minutes <= mostMinutes;
}

export function hasTimeOfDay(frequency: Frequency): boolean {
  return frequency === 'daily' || frequency === 'weekly' || frequency === 'monthly';
}
