import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../db/database.ts';
import { lockAccount } from '../../db/queries/account-lock.ts';
import {
  beginSending,
  endNotice,
  holdNotice,
  lockNotice,
  lockPutOff,
  mailsWithin,
  type Notice,
  putOffNotice,
  splitNotice,
} from '../../db/queries/alert-notices.ts';
import { settleWork, type Work } from '../../db/queries/work.ts';
import { releaseClaims } from '../../db/queries/workers.ts';
import { AppError, type Failure } from '../../shared/error.ts';
import { type Mailer, notConfigured, openMailer } from '../email/mailer.ts';
import type { Services } from '../services.ts';
import { requireHeld, settleHeld } from '../worker/fenced.ts';
import type { WorkHandler } from '../worker/handler.ts';
import { mergeBodies, readBody } from './facts.ts';
import { mailOf } from './mail.ts';
import { type MailLimits, mailLimits, mailVerdict } from './quota.ts';

export interface NoticeOptions {
  mailer?: Mailer | undefined;
  limits?: MailLimits;
}

/** SES takes 14 a second at first; a few at a time are no throng. */
const concurrency = 4;
/** At the longest delay between attempts that is a day: as long as a used-up quota lasts. */
const maxAttempts = 300;

/**
 * Sends the mails about alerts, at least once: SES knows no repetition, so one whose end could not be written is sent
 * again. Which of them go by themselves is decided under the account's lock, so that any number of workers keeps to its
 * limit; what could not be sent is decided anew, and goes as one with whatever came meanwhile.
 */
export function noticeHandler(services: Services, options: NoticeOptions = {}): WorkHandler {
  const { pool } = services.database;
  const { limits = mailLimits } = options;
  const mailer = 'mailer' in options ? options.mailer : openMailer(services.config);
  return {
    kind: 'notify',
    concurrency,
    maxAttempts,
    async run(work, signal) {
      const turn = await transaction(pool, (connection) => takeTurn(connection, work, limits));
      if (turn === undefined) await settleWork(pool, work);
      else if ('delayMs' in turn) await releaseClaims(pool, [{ ...work, delayMs: turn.delayMs }]);
      else await send(services, mailer, { work, notice: turn, signal });
    },
    postponed: (connection, work, failure) => putOffNotice(connection, work, failure),
    giveUp: (work, failure) =>
      end(services, work, (connection) => endNotice(connection, work.subject, 'failed', failure)),
    // The client's connections close by themselves.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A notice whose mail is sent now. `isRepeat`: it may have been sent by an attempt that could not say so. */
type Turn = Notice & { isRepeat: boolean };

/** The notice whose mail is to be sent now, or when to look again; undefined: there is nothing left to do. */
async function takeTurn(
  connection: PoolConnection,
  work: Work,
  limits: MailLimits,
): Promise<Turn | { delayMs: number } | undefined> {
  await requireHeld(connection, work);
  await lockAccount(connection, work.accountId);
  const notice = await lockNotice(connection, work);
  // One that is being sent already had its turn in an attempt that ended with its program.
  if (notice?.status === 'sending') return { ...notice, isRepeat: true };
  if (notice?.status !== 'waiting' && notice?.status !== 'held') return undefined;
  const { count: sent, freeInMs } = await mailsWithin(connection, work.accountId, limits.windowMs);
  const putOff = await lockPutOff(connection, notice);
  const [oldest] = putOff;
  const isAnyHeld = putOff.some(({ status }) => status === 'held');
  const verdict = mailVerdict({ sent, freeInMs, oldestAgeMs: oldest?.ageMs ?? 0, isAnyHeld }, limits);
  if (typeof verdict === 'object') {
    if (notice.status === 'waiting') await holdNotice(connection, notice.id);
    return verdict;
  }
  const others = verdict === 'digest' ? putOff.filter(({ id }) => !id.equals(notice.id)) : [];
  // In the order in which it happened.
  const bodies = verdict === 'digest' ? putOff.map(({ body }) => body) : [notice.body];
  const body = bodies.length === 1 ? notice.body : mergeBodies(bodies);
  await beginSending(connection, { id: notice.id, body }, others);
  return { ...notice, body, isRepeat: false };
}

async function send(
  services: Services,
  mailer: Mailer | undefined,
  { work, notice, signal }: { work: Work; notice: Turn; signal: AbortSignal },
): Promise<void> {
  if (!mailer) throw new AppError('setting_invalid', notConfigured);
  const mail = mailOf(readBody(notice.body), services.config.publicUrl, notice.isRepeat);
  try {
    await mailer.send({ ...mail, to: notice.recipients }, signal);
  } catch (thrown) {
    const failure = refusalOfMany(thrown, notice);
    if (!failure) throw thrown;
    return await end(services, work, (connection) => splitNotice(connection, notice, failure));
  }
  await end(services, work, (connection) => endNotice(connection, notice.id, 'sent'));
}

/** SES refuses a mail to many because of one of them. */
function refusalOfMany(thrown: unknown, { recipients }: Notice): Failure | undefined {
  if (!(thrown instanceof AppError) || thrown.code !== 'email_refused' || recipients.length === 1) return undefined;
  return { code: thrown.code, message: thrown.message };
}

async function end(
  { database }: Services,
  work: Work,
  write: (connection: PoolConnection) => Promise<void>,
): Promise<void> {
  await transaction(database.pool, async (connection) => {
    await settleHeld(connection, work);
    await write(connection);
  });
}
