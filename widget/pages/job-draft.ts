import {
  type DateRange,
  defaultColumns,
  defaultSchedule,
  type JobType,
  type ReportConfig,
  type Schedule,
  type weekdays,
} from '../../shared/job.ts';

export type Weekday = (typeof weekdays)[number];
/** What a person may set; the job of a stream runs all the time, and only the product makes it. */
export type SettableSchedule = Exclude<Schedule, { frequency: 'continuous' }>;
export type Frequency = SettableSchedule['frequency'];

/**
 * What the job dialog holds. Everything that any frequency needs stands side by side, so that changing the frequency
 * and changing it back loses nothing that was typed.
 */
export interface JobDraft {
  name: string;
  type: JobType;
  connectors: string[];
  frequency: Frequency;
  /** HH:MM for daily, weekly and monthly. */
  at: string;
  /** YYYY-MM-DDTHH:MM for one time. */
  once: string;
  days: Weekday[];
  day: number | 'last';
  minutes: number | undefined;
  startDate: string;
  /** Empty means never. */
  endDate: string;
  timezone: string;
  overlap: Schedule['overlap'];
  profile: string;
  range: DateRange;
  columns: string[];
  isEnabled: boolean;
}

/** A new job: daily at 02:30, without an end. */
export function newDraft(zone: string, today: string): JobDraft {
  return {
    name: '',
    type: 'data_import',
    connectors: [],
    frequency: 'daily',
    at: defaultSchedule.at,
    once: `${today}T${defaultSchedule.at}`,
    days: ['monday'],
    day: 1,
    minutes: 15,
    startDate: '',
    endDate: '',
    timezone: zone,
    overlap: 'skip',
    profile: '',
    range: 'last_7_days',
    columns: [...defaultColumns],
    isEnabled: true,
  };
}

interface SavedJob {
  name: string;
  type: JobType;
  connectors: string[];
  schedule: SettableSchedule;
  report: ReportConfig | null;
  is_enabled: boolean;
}

/** Whether it has a schedule that can be edited. */
export function hasSettableSchedule<T extends { schedule: Schedule }>(
  job: T,
): job is T & { schedule: SettableSchedule } {
  return job.schedule.frequency !== 'continuous';
}

export function draftOfJob(job: SavedJob, zone: string, today: string): JobDraft {
  const { schedule, report } = job;
  const draft: JobDraft = {
    ...newDraft(schedule.timezone ?? zone, today),
    name: job.name,
    type: job.type,
    connectors: [...job.connectors],
    frequency: schedule.frequency,
    startDate: schedule.start_date ?? '',
    endDate: schedule.end_date === 'never' ? '' : schedule.end_date,
    overlap: schedule.overlap,
    isEnabled: job.is_enabled,
    ...(report
      ? { profile: report.quality_profile ?? '', range: report.date_range, columns: [...report.columns] }
      : {}),
  };
  return { ...draft, ...rhythmOf(schedule) };
}

function rhythmOf(schedule: SettableSchedule): Partial<JobDraft> {
  switch (schedule.frequency) {
    case 'one_time':
      return { once: schedule.at.slice(0, 16) };
    case 'daily':
      return { at: schedule.at };
    case 'weekly':
      return { at: schedule.at, days: [...schedule.days] };
    case 'monthly':
      return { at: schedule.at, day: schedule.day };
    case 'every':
      return { minutes: schedule.minutes };
  }
}

/** The schedule as the server takes it; it says at which field something is missing. */
export function scheduleOf(draft: JobDraft): SettableSchedule {
  const frame = {
    timezone: draft.timezone,
    end_date: draft.endDate === '' ? 'never' : draft.endDate,
    overlap: draft.overlap,
    ...(draft.startDate === '' ? {} : { start_date: draft.startDate }),
  };
  switch (draft.frequency) {
    case 'one_time':
      // It happens once: a first and a last day would only contradict it.
      return {
        frequency: 'one_time',
        at: draft.once,
        timezone: frame.timezone,
        end_date: 'never',
        overlap: frame.overlap,
      };
    case 'daily':
      return { frequency: 'daily', at: draft.at, ...frame };
    case 'weekly':
      return { frequency: 'weekly', days: draft.days, at: draft.at, ...frame };
    case 'monthly':
      return { frequency: 'monthly', day: draft.day, at: draft.at, ...frame };
    case 'every':
      return { frequency: 'every', minutes: draft.minutes ?? 0, ...frame };
  }
}

/** The whole job as the server takes it. Only an export has a report. */
export function jobOf(draft: JobDraft) {
  const report = {
    date_range: draft.range,
    columns: draft.columns,
    file_format: 'csv' as const,
    ...(draft.profile === '' ? {} : { quality_profile: draft.profile }),
  };
  return {
    name: draft.name.trim(),
    type: draft.type,
    connectors: draft.connectors,
    schedule: scheduleOf(draft),
    is_enabled: draft.isEnabled,
    ...(draft.type === 'data_export' ? { report } : {}),
  };
}

/** What can be said without asking the server, by field. */
export function missingInJob(draft: JobDraft): Record<string, string> {
  const problems: Record<string, string> = {};
  if (draft.name.trim() === '') problems.name = 'A name is needed.';
  if (draft.connectors.length === 0) problems.connectors = 'Choose a connector.';
  if (draft.frequency === 'weekly' && draft.days.length === 0) problems['schedule.days'] = 'Choose at least one day.';
  if (draft.frequency === 'every' && !(Number(draft.minutes) >= 1))
    problems['schedule.minutes'] = 'Give the minutes between two runs: 1 to 1440.';
  if (
    draft.frequency !== 'one_time' &&
    draft.startDate !== '' &&
    draft.endDate !== '' &&
    draft.endDate < draft.startDate
  )
    problems['schedule.end_date'] = 'The end lies before the start.';
  if (draft.type === 'data_export' && draft.columns.length === 0)
    problems['report.columns'] = 'Choose at least one column.';
  return problems;
}
