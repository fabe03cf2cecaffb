import { DateTime } from 'luxon';

const slugLength = 80;
/** Of the random end of an id. */
const idDigits = 6;

/**
 * A part's file name: the job's name, when the execution was made (in the account's zone), the end of its id, and the part
 * where there are more: `weekly-report-20261103-0600-5f3a1c.csv`, `weekly-report-20261103-0600-5f3a1c-2.csv`. It follows
 * from the execution alone, so delivering again overwrites; the id keeps apart what else is made in the same minute.
 */
export function partFileName(
  execution: { id: Buffer; jobName: string; createdAt: Date },
  zone: string,
  part: number,
  extension: string,
): string {
  const time = DateTime.fromJSDate(execution.createdAt, { zone }).toFormat('yyyyMMdd-HHmm');
  const id = execution.id.toString('hex').slice(-idDigits);
  return `${slug(execution.jobName)}-${time}-${id}${part > 1 ? `-${part}` : ''}.${extension}`;
}

/** Letters and digits that every file system and shell takes as they are. */
function slug(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain.match(/[a-z0-9]+/g) ?? [];
  return words.join('-').slice(0, slugLength) || 'report';
}
