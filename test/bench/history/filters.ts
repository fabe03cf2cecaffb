import { smallestIdAt, uuidText } from '../../../db/uuid.ts';
import type { HistoryFilter } from '../../../server/jobs/history-filter.ts';
import type { History } from './fill.ts';
import { historyDays } from './fill.ts';

const dayMs = 86_400_000;

/** One combination of filters. */
export interface Asked {
  input: Omit<HistoryFilter, 'cursor'>;
  /** What is chosen, a word for each filter. */
  words: string[];
  /** The first page, one in the middle of the history, one near its beginning. */
  cursors: (string | undefined)[];
}

type Choice = [word: string, chosen: Asked['input']];

/** Every combination: common and rare values, several statuses, days with and without executions. */
export function everyFilter({ connectors, jobs, beganAt }: History): Asked[] {
  const day = (count: number) => new Date(beganAt.getTime() + count * dayMs).toISOString().slice(0, 10);
  const dimensions: Choice[][] = [
    [
      ['any type', {}],
      ['imports', { type: 'data_import' }],
      ['exports', { type: 'data_export' }],
    ],
    [
      ['any status', {}],
      ['success', { status: 'success' }],
      ['a rare status', { status: 'delivering' }],
      ['handler_failed', { status: ['handler_failed'] }],
      ['four statuses', { status: ['partial_success', 'handler_failed', 'delivery_failed', 'pending'] }],
    ],
    [
      ['any connector', {}],
      ...Object.entries(connectors).map(([word, connector]): Choice => [`connector ${word}`, { connector }]),
    ],
    [['any job', {}], ...Object.entries(jobs).map(([word, job]): Choice => [`job ${word}`, { job }])],
    [
      ['any day', {}],
      ['the newest day', { from: day(historyDays) }],
      ['a week long ago', { from: day(100), to: day(106) }],
      ['up to a day', { to: day(200) }],
      ['days before the first', { from: day(-40), to: day(-10) }],
    ],
  ];
  const cursorAt = (share: number) => uuidText(smallestIdAt(beganAt.getTime() + share * historyDays * dayMs));
  const cursors = [undefined, cursorAt(0.5), cursorAt(0.001)];
  return combined(dimensions).map((choices) => ({
    input: Object.assign({}, ...choices.map(([, chosen]) => chosen)),
    words: choices.map(([word]) => word),
    cursors,
  }));
}

function combined(dimensions: Choice[][]): Choice[][] {
  return dimensions.reduce<Choice[][]>(
    (before, choices) => before.flatMap((chosen) => choices.map((choice) => [...chosen, choice])),
    [[]],
  );
}

export function inWords({ words }: Asked): string {
  return words.join(', ');
}
