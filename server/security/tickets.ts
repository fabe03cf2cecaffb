import { timingSafeEqual } from 'node:crypto';
import { uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import type { Keyring } from './seal.ts';
import { sign } from './seal.ts';
import type { Session } from './sessions.ts';

/**
 * A browser loads audio and downloads without headers of ours, so their addresses carry the permission: what, for which
 * account, and under which session. They are good while that session lives; a link to a report for seven days.
 */
export type Ticket =
  | { kind: 'recording'; accountId: number; tokenHash: Buffer; interactionId: string; position: number }
  | { kind: 'rejected_rows'; accountId: number; tokenHash: Buffer; executionId: string; state: string };

export interface ReportLink {
  accountId: number;
  partId: number;
}

export const reportLinkMs = 7 * 24 * 3_600_000;

export function recordingTicket(keyring: Keyring, session: Session, interactionId: Buffer, position: number): string {
  return `/m/${signed(keyring, ['a', ...holder(session), uuidText(interactionId), position])}`;
}

/** Rejected rows as CSV: an execution's, or all of the account's. */
export function rejectedRowsTicket(
  keyring: Keyring,
  session: Session,
  { execution = '', state }: { execution?: string | undefined; state: string },
): string {
  return `/m/${signed(keyring, ['x', ...holder(session), execution, state])}`;
}

/** The path of a link that needs no session, for the history and mails: good for seven days from when the report was made. */
export function reportLink(keyring: Keyring, { accountId, partId }: ReportLink, madeAtMs = Date.now()): string {
  return `/d/${signed(keyring, ['d', accountId, partId, madeAtMs + reportLinkMs])}`;
}

/** Throws `not_found` for whatever we did not sign ourselves. */
export function openTicket(keyring: Keyring, text: string): Ticket {
  const [kind, account, tokenHash = '', object = '', detail = ''] = verified(keyring, text);
  const held = { accountId: Number(account), tokenHash: Buffer.from(tokenHash, 'base64url') };
  if (kind === 'a') return { kind: 'recording', ...held, interactionId: object, position: Number(detail) };
  if (kind === 'x') return { kind: 'rejected_rows', ...held, executionId: object, state: detail };
  throw unknownAddress();
}

/** Throws `not_found`, also when the seven days are over. */
export function openReportLink(keyring: Keyring, text: string, now = Date.now()): ReportLink {
  const [kind, accountId, partId, endsAt] = verified(keyring, text);
  if (kind !== 'd') throw unknownAddress();
  if (now > Number(endsAt))
    throw new AppError(
      'not_found',
      'This link has ended: report links are good for seven days. Run the job again to have a new report made.',
    );
  return { accountId: Number(accountId), partId: Number(partId) };
}

function holder({ accountId, tokenHash }: Session): [number, string] {
  return [accountId, tokenHash.toString('base64url')];
}

function signed(keyring: Keyring, fields: (string | number)[]): string {
  const text = fields.join('~');
  return `${text}~${sign(keyring.derive('tickets'), text)}`;
}

function verified(keyring: Keyring, ticket: string): string[] {
  const end = ticket.lastIndexOf('~');
  const text = ticket.slice(0, Math.max(0, end));
  const expected = Buffer.from(sign(keyring.derive('tickets'), text));
  const given = Buffer.from(ticket.slice(end + 1));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw unknownAddress();
  return text.split('~');
}

function unknownAddress(): AppError {
  return new AppError(
    'not_found',
    'There is nothing at this address. Open the page again and take the link from there.',
  );
}
