import { DateTime } from 'luxon';

const slugLength = 80;

/**
 * A part's file name: the job's name, when the execution was made (in the account's zone), and the part where there are
 * more: `weekly-report-20261103-0600.csv`, `weekly-report-20261103-0600-2.csv`. It follows from the execution alone, so
 * delivering again overwrites.
 */
export function partFileName(
  execution: { jobName: string; createdAt: Date },
  zone: string,
  part: number,
  extension: string,
): string {
  const time = DateTime.fromJSDate(execution.createdAt, { zone }).toFormat('yyyyMMdd-HHmm');
  return `${slug(execution.jobName)}-${time}${part > 1 ? `-${part}` : ''}.${extension}`;
}

/** Letters and digits that every file system and shell takes as they are. */
function slug(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain.match(/[a-z0-9]+/g) ?? [];
  return words.join('-').slice(0, slugLength) || 'report';
}
