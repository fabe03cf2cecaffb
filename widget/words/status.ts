import type { Scope } from '../../shared/api-key.ts';
import type { ExecutionStatus } from '../../shared/execution.ts';
import type { InteractionStatus, RecordingState, UnanalysedReason } from '../../shared/interaction.ts';
import type { JobType } from '../../shared/job.ts';
import type { ApiKey, WebhookState } from '../api/types.ts';

/** How a state looks: a shape and a colour go together, so that neither is needed to tell it. */
export type Tone = 'idle' | 'busy' | 'good' | 'warn' | 'bad';
export type Shape = 'clock' | 'running' | 'check' | 'half' | 'cross' | 'stop' | 'pause';

export interface StatusWords {
  word: string;
  meaning: string;
  tone: Tone;
  shape: Shape;
}

export const executionWords: Record<ExecutionStatus, StatusWords> = {
  pending: { word: 'Pending', meaning: 'The job is queued and waiting to start.', tone: 'idle', shape: 'clock' },
  processing: {
    word: 'Processing',
    meaning: 'The job is fetching and processing data from the source.',
    tone: 'busy',
    shape: 'running',
  },
  delivering: {
    word: 'Delivering',
    meaning:
      'Processing is complete. An export is sending its results to the destinations; an import passes through briefly.',
    tone: 'busy',
    shape: 'running',
  },
  success: {
    word: 'Success',
    meaning: 'The job completed: all data was processed and delivered.',
    tone: 'good',
    shape: 'check',
  },
  partial_success: {
    word: 'Partial Success',
    meaning: 'Part of it succeeded: some items could not be read, or some destinations did not take the results.',
    tone: 'warn',
    shape: 'half',
  },
  handler_failed: {
    word: 'Handler Failed',
    meaning: 'Processing itself failed, for example because the source was unreachable or the file format was wrong.',
    tone: 'bad',
    shape: 'cross',
  },
  delivery_failed: {
    word: 'Delivery Failed',
    meaning: 'Processing succeeded, but no destination took the results.',
    tone: 'bad',
    shape: 'cross',
  },
  cancelled: {
    word: 'Cancelled',
    meaning: 'Somebody stopped it. What was stored until then stays and is counted.',
    tone: 'idle',
    shape: 'stop',
  },
};

/** How a file of a report stands with one destination. `open`: nothing is known yet, or nothing was tried. */
export const destinationWords: Record<'delivered' | 'failed' | 'open' | 'left', StatusWords> = {
  delivered: { word: 'Delivered', meaning: 'The destination has the whole file.', tone: 'good', shape: 'check' },
  failed: {
    word: 'Not delivered',
    meaning: 'The destination did not take it; the reason stands beside it.',
    tone: 'bad',
    shape: 'cross',
  },
  open: { word: 'To come', meaning: 'It is still to be delivered there.', tone: 'idle', shape: 'clock' },
  left: { word: 'Not sent', meaning: 'The run ended before it was sent there.', tone: 'warn', shape: 'stop' },
};

/** The same of a mail with links. */
export const linkMailWords: typeof destinationWords = {
  ...destinationWords,
  delivered: { ...destinationWords.delivered, word: 'Sent', meaning: 'The mail with the links was sent.' },
  failed: { ...destinationWords.failed, word: 'Not sent', meaning: 'No mail was sent; the reason stands beside it.' },
  open: { ...destinationWords.open, meaning: 'The mail is still to be sent.' },
};

export const analysisWords: Record<InteractionStatus, StatusWords> = {
  queued: { word: 'Queued', meaning: 'Waiting for its recording or for its turn.', tone: 'idle', shape: 'clock' },
  processing: { word: 'Processing', meaning: 'Being analysed now.', tone: 'busy', shape: 'running' },
  completed: { word: 'Completed', meaning: 'Nothing is left to do for it.', tone: 'good', shape: 'check' },
  failed: {
    word: 'Failed',
    meaning: 'It could not be analysed; the reason stands beside it.',
    tone: 'bad',
    shape: 'cross',
  },
};

export const recordingWords: Record<RecordingState, StatusWords> = {
  waiting: { word: 'Expected', meaning: 'Not fetched yet.', tone: 'idle', shape: 'clock' },
  here: { word: 'Here', meaning: 'Fetched and stored, encrypted.', tone: 'good', shape: 'check' },
  failed: {
    word: 'Missing',
    meaning: 'It could not be fetched; the reason stands beside it.',
    tone: 'bad',
    shape: 'cross',
  },
};

export const enabledWords: StatusWords = {
  word: 'Active',
  meaning: 'It works on its schedule and by hand.',
  tone: 'good',
  shape: 'check',
};

export const continuousWords: StatusWords = {
  word: 'Active',
  meaning: 'It runs all the time: what comes is read as it comes.',
  tone: 'good',
  shape: 'check',
};

export const disabledWords: StatusWords = {
  word: 'Disabled',
  meaning: 'Paused until somebody enables it. Nothing of it is lost.',
  tone: 'idle',
  shape: 'pause',
};

export const apiKeyWords: Record<ApiKey['status'], StatusWords> = {
  active: { word: 'Active', meaning: 'Calls with it are accepted.', tone: 'good', shape: 'check' },
  retiring: {
    word: 'Rotating out',
    meaning: 'Another key takes its place. Calls with it are accepted until it ends.',
    tone: 'warn',
    shape: 'clock',
  },
  expired: { word: 'Expired', meaning: 'Its time is over. Calls with it are refused.', tone: 'idle', shape: 'stop' },
  revoked: {
    word: 'Revoked',
    meaning: 'Somebody ended it. Calls with it, and with tokens made from it, are refused.',
    tone: 'idle',
    shape: 'cross',
  },
};

export const scopeWords: Record<Scope, { word: string; meaning: string }> = {
  ingest: { word: 'Ingest', meaning: 'Send interactions and recordings.' },
  read: { word: 'Read', meaning: 'Fetch analyses, reports and what became of interactions.' },
};

export const deliveryWords: Record<WebhookState, StatusWords> = {
  pending: {
    word: 'Pending',
    meaning: 'To be sent, or sent again after an attempt that failed for a passing reason.',
    tone: 'busy',
    shape: 'clock',
  },
  delivered: { word: 'Delivered', meaning: 'The server took it (2xx).', tone: 'good', shape: 'check' },
  failed: {
    word: 'Failed',
    meaning: 'The server refused it, or did not answer after three attempts. It can be sent again.',
    tone: 'bad',
    shape: 'cross',
  },
};

/** `Analysis completed` for INTERACTION_ANALYSIS_COMPLETED, `Alert raised` for alert.raised. */
export function eventWord(event: string): string {
  const words = event
    .replace(/^INTERACTION_/, '')
    .replaceAll(/[_.]/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const unanalysedWords: Record<UnanalysedReason, string> = {
  no_rule: 'Not analysed: the account has no enabled assignment rule.',
  no_match: 'Not analysed: no assignment rule matches this interaction.',
  sampled_out: 'Not analysed: the rule that matches takes only a sample, and this one is not in it.',
};

export const jobTypeWords = { data_import: 'Data Import', data_export: 'Data Export' } as const;

/** `Data Import · North, South`; a connector that is called as its job is not told twice. */
export function typeAndConnectors(
  jobName: string,
  { type, connectors }: { type: JobType; connectors: string[] },
): string {
  const others = connectors.filter((name) => name !== jobName);
  return [jobTypeWords[type], ...(others.length > 0 ? [others.join(', ')] : [])].join(' · ');
}
