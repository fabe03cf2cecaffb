import type { AlertKind } from '../../shared/alert.ts';
import type { AlertMail } from '../api/types.ts';
import type { StatusWords } from './status.ts';

export const alertWords: Record<AlertKind, StatusWords> = {
  run_failed: {
    word: 'Run failed',
    meaning: 'An import or an export did not come to a good end. It ends with the next run that does.',
    tone: 'bad',
    shape: 'cross',
  },
  run_partial: {
    word: 'In part',
    meaning: 'Some files could not be read, or some destinations did not take the report.',
    tone: 'warn',
    shape: 'half',
  },
  expected_file: {
    word: 'File missing',
    meaning: 'A file that should have come by now has not. It ends when the file comes.',
    tone: 'warn',
    shape: 'clock',
  },
  expected_data: {
    word: 'No data',
    meaning: 'Nothing has come for longer than the connector may be quiet. It ends when data come.',
    tone: 'warn',
    shape: 'clock',
  },
  stream_failed: {
    word: 'Stream not read',
    meaning: 'Nobody has read the stream for more than five minutes. It ends when it is read again.',
    tone: 'bad',
    shape: 'stop',
  },
};

/** As the settings name them. */
export const alertKindNames: Record<AlertKind, { name: string; hint: string }> = {
  run_failed: { name: 'A run fails', hint: 'An import or an export does not come to a good end.' },
  run_partial: { name: 'A run succeeds only in part', hint: 'Some files fail, or some destinations take no report.' },
  expected_file: { name: 'An expected file is missing', hint: 'It has not come by its time.' },
  expected_data: { name: 'Expected data is missing', hint: 'A connector has been quiet for longer than it may.' },
  stream_failed: { name: 'A stream is not read', hint: 'For more than five minutes.' },
};

const mailWords: Record<AlertMail['status'], StatusWords> = {
  waiting: { word: 'Waiting', meaning: 'It is sent within moments.', tone: 'busy', shape: 'clock' },
  held: {
    word: 'Gathered',
    meaning: 'There were many mails within the hour; it is told with others in one mail.',
    tone: 'idle',
    shape: 'clock',
  },
  sending: { word: 'Sending', meaning: 'It is being sent, or tried again.', tone: 'busy', shape: 'running' },
  sent: { word: 'Sent', meaning: 'Amazon SES has taken it.', tone: 'good', shape: 'check' },
  merged: { word: 'Gathered', meaning: 'It was told with others in one mail.', tone: 'idle', shape: 'check' },
  split: { word: 'Sent one by one', meaning: 'It went to each address by itself.', tone: 'idle', shape: 'check' },
  failed: { word: 'Failed', meaning: 'It was not sent; the reason stands beside it.', tone: 'bad', shape: 'cross' },
};

/** One that was tried in vain is put off, for another reason than being one of many. */
export function wordsOfMail({ status, failure }: Pick<AlertMail, 'status' | 'failure'>): StatusWords {
  if (status !== 'held' || failure === null) return mailWords[status];
  return { word: 'Put off', meaning: 'It could not be sent yet, and is tried again.', tone: 'warn', shape: 'clock' };
}

const eventNames: Record<AlertMail['event'], string> = {
  raised: 'Alert',
  reminder: 'Reminder',
  resolved: 'Recovery',
  test: 'Test',
};

/** `Alert`, or `12 alerts` of a mail that gathers several. */
export function mailName({ event, alerts }: Pick<AlertMail, 'event' | 'alerts'>): string {
  return alerts > 1 ? `${alerts} alerts` : eventNames[event];
}
