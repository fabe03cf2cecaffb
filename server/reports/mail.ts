import { DateTime } from 'luxon';
import { AppError } from '../../shared/error.ts';
import type { Mail } from '../email/mailer.ts';
import { anchor, escapeHtml, mailPage, paragraph } from '../email/page.ts';
import { oneLine, paragraphs } from '../email/words.ts';
import { counted, sized } from '../words.ts';

/** A report that is told of at once, by links to its files. */
export interface LinkedReport {
  /** The job's name. */
  name: string;
  accountName: string;
  /** The account's. */
  timezone: string;
  /** From `from` on and before `to`. */
  period: { from: Date; to: Date };
  rows: number;
  files: readonly LinkedFile[];
  /** Until when the links are good. */
  linksUntil: Date;
}

export interface LinkedFile {
  fileName: string;
  rows: number;
  byteSize: number;
  /** Where anybody who has it can fetch the file. */
  address: string;
}

/** With the longest addresses that is a mail of 5 MB; Amazon SES takes 10. */
const linksMost = 2_000;

/** Throws `invalid` where they are too many for one mail. */
export function requireFewLinks(links: number): void {
  if (links <= linksMost) return;
  const [found, most] = [links, linksMost].map((number) => number.toLocaleString('en'));
  throw new AppError(
    'invalid',
    `The report has ${found} files of at most 1,000 rows, and a mail holds ${most} links. Narrow the report's dates or filter, or have it delivered to an SFTP server or a bucket, where it is one file.`,
  );
}

/** The mail by which a report goes out: what it is about, a link for each of its files, and until when they are good. */
export function reportMail(report: LinkedReport): Omit<Mail, 'to'> {
  const { files, accountName } = report;
  const title = `Report "${oneLine(report.name)}"`;
  const [about, filesWords, until] = [aboutWords(report), filesOf(report), untilWords(report)];
  const footer = `Sent by CQA Data Integrations for ${oneLine(accountName)}.`;
  return {
    subject: oneLine(`${accountName}: ${title}, ${counted(report.rows, 'row')}`),
    text: paragraphs([title, about, filesWords, ...files.map(fileText), until, `-- \n${footer}`]),
    html: mailPage({
      ...{ title, tone: 'good', accountName, footer },
      body: paragraph(about) + paragraph(filesWords) + files.map(fileHtml).join('') + paragraph(until, 'soft'),
    }),
  };
}

function aboutWords({ rows, period, timezone }: LinkedReport): string {
  const days = periodWords(period, timezone);
  if (rows === 0) return `There was nothing to report ${days}; the file has its headings alone.`;
  return `${rows.toLocaleString('en')} ${rows === 1 ? 'analysis' : 'analyses'} of conversations ${days}.`;
}

/** Both days belong to it; `to` is the beginning of the day behind the last. */
function periodWords({ from, to }: LinkedReport['period'], zone: string): string {
  const [first, last] = [dayWords(from, zone), dayWords(new Date(to.getTime() - 1), zone)];
  return first === last ? `on ${first} (${zone})` : `from ${first} to ${last} (${zone})`;
}

function dayWords(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).setLocale('en').toFormat('d LLLL yyyy');
}

function filesOf({ files }: LinkedReport): string {
  return files.length === 1 ? 'Its file:' : `Its rows are in ${files.length} files, in this order:`;
}

/** `29 November 2026, 10:10 (Asia/Kolkata)` */
export function minuteInWords(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).setLocale('en').toFormat('d LLLL yyyy, HH:mm (z)');
}

function untilWords({ linksUntil, timezone, files }: LinkedReport): string {
  const until = minuteInWords(linksUntil, timezone);
  const links = files.length === 1 ? 'The link is' : 'The links are';
  return `${links} good until ${until}. Until then whoever has a link can open its file, so pass it on with care.`;
}

function fileText(file: LinkedFile): string {
  return `${file.fileName} (${sizeWords(file)})\n${file.address}`;
}

function fileHtml(file: LinkedFile): string {
  const link = anchor(file.fileName, file.address, 'font-weight:600;overflow-wrap:anywhere');
  return `<p style="margin:0 0 8px">${link} <span style="opacity:.75">${escapeHtml(sizeWords(file))}</span></p>`;
}

function sizeWords({ rows, byteSize }: LinkedFile): string {
  return `${counted(rows, 'row')}, ${sized(byteSize)}`;
}
