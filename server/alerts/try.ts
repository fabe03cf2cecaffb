import { transaction } from '../../db/database.ts';
import { lockAccount } from '../../db/queries/account-lock.ts';
import { addTestNotice, endNotice, mailsWithin } from '../../db/queries/alert-notices.ts';
import { newId } from '../../db/uuid.ts';
import type { AlertSettings } from '../../shared/alert.ts';
import { AppError } from '../../shared/error.ts';
import { type Account, getAccountById } from '../accounts/account.ts';
import { type Mailer, notConfigured, openMailer } from '../email/mailer.ts';
import type { Services } from '../services.ts';
import { attempt, type SendOptions } from '../webhooks/attempt.ts';
import type { AlertFacts } from './facts.ts';
import { testMail } from './mail.ts';
import { mailLimits } from './quota.ts';
import { alertWebhook } from './webhook.ts';

/** What came of one trial. */
export interface Tried {
  /** An email address, or the webhook's. */
  to: string;
  ok: boolean;
  /** What the other side said, in words. */
  message: string;
}

export interface TryOptions {
  signal?: AbortSignal | undefined;
  mailer?: Mailer | undefined;
  sending?: SendOptions;
}

const webhookTimeoutMs = 10_000;

/** Sends a test to each address that settings name, and says what came of it. Mails count among the hour's. */
export async function trySettings(
  services: Services,
  accountId: number,
  { emails, webhook }: AlertSettings,
  options: TryOptions = {},
): Promise<Tried[]> {
  if (emails.length === 0 && !webhook)
    throw new AppError('invalid', 'There is nobody to tell yet: enter an email address or a webhook first.', {
      field: 'emails',
    });
  const account = await getAccountById(services, accountId);
  const mailer = 'mailer' in options ? options.mailer : openMailer(services.config);
  const tried: Tried[] = [];
  for (const email of emails) tried.push(await tryEmail(services, account, mailer, email));
  if (webhook) tried.push(await tryWebhook(services, account, webhook, options));
  return tried;
}

async function tryEmail(services: Services, account: Account, mailer: Mailer | undefined, to: string): Promise<Tried> {
  const { pool } = services.database;
  if (!mailer) return { to, ok: false, message: notConfigured };
  const id = await reserve(services, account, to);
  if (!id) return { to, ok: false, message: tooMany };
  try {
    await mailer.send({ ...testMail(account.name, services.config.publicUrl), to: [to] });
    await endNotice(pool, id, 'sent');
    return { to, ok: true, message: 'Amazon SES has taken the mail. It should be there within a minute.' };
  } catch (thrown) {
    const { code, message } = AppError.from(thrown, 'the sending of a mail');
    await endNotice(pool, id, 'failed', { code, message });
    return { to, ok: false, message };
  }
}

const tooMany = `This account has had ${mailLimits.most} mails within the hour, and gets no more until that is over.`;

function reserve({ database }: Services, { id: accountId }: Account, to: string): Promise<Buffer | undefined> {
  return transaction(database.pool, async (connection) => {
    await lockAccount(connection, accountId);
    const { count } = await mailsWithin(connection, accountId, mailLimits.windowMs);
    if (count >= mailLimits.most) return undefined;
    return await addTestNotice(connection, { accountId, alertId: 0, event: 'test', recipients: [to], body: '' });
  });
}

async function tryWebhook(
  services: Services,
  account: Account,
  webhook: NonNullable<AlertSettings['webhook']>,
  { signal = AbortSignal.timeout(webhookTimeoutMs * 2), sending = {} }: TryOptions,
): Promise<Tried> {
  const {
    event,
    url,
    payload,
    sealedSecret = null,
  } = alertWebhook(webhook, testFacts(account), services.config.publicUrl, true);
  const delivery = {
    ...{ id: newId(), accountId: account.id, event, url, payload, sealedSecret },
    ...{ state: 'pending' as const, attempts: 0, history: [], isEnabled: account.webhooksEnabled },
  };
  const { delivery: sent, verdict } = await attempt(
    services,
    delivery,
    { timeoutMs: webhookTimeoutMs, ...sending },
    signal,
  );
  if (verdict.state === 'delivered') {
    const answer = sent.history.at(-1);
    return { to: url, ok: true, message: `The server took it: it answered ${answer?.status}.` };
  }
  return { to: url, ok: false, message: verdict.failure.message };
}

function testFacts({ uid, name, timezone }: Account): AlertFacts {
  const at = new Date().toISOString();
  return {
    ...{ event: 'raised', kind: 'run_failed', account: { id: uid, name }, timezone, count: 1, raised_at: at, at },
    message: 'This is a test of the alerts.',
  };
}
