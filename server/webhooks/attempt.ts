import type { Delivery } from '../../db/queries/webhook-sending.ts';
import type { DeliveryAttempt } from '../../db/queries/webhooks.ts';
import { uuidText } from '../../db/uuid.ts';
import { AppError, type Failure } from '../../shared/error.ts';
import { newestSigningKey } from '../accounts/api-keys.ts';
import { type PostAnswer, post } from '../security/post.ts';
import type { Services } from '../services.ts';
import { ownSecret } from './alert-schemas.ts';
import { type SigningKey, signedHeaders } from './signature.ts';
import { contractDelaysMs, type DeliveryVerdict, judgeAttempt, type RetryRules } from './verdict.ts';

export interface SendOptions {
  /** For one call. */
  timeoutMs?: number;
  delaysMs?: RetryRules['delaysMs'];
  random?: () => number;
  /** One more certificate authority to trust, as PEM. */
  certificateAuthority?: string;
}

/** A delivery with its last attempt, and what follows from it. */
export interface Attempted {
  delivery: Delivery;
  verdict: DeliveryVerdict;
}

/** Tries once to deliver it. Writes nothing, and throws the signal's reason where the work is to stop. */
export async function attempt(
  services: Services,
  delivery: Delivery,
  options: SendOptions,
  signal: AbortSignal,
): Promise<Attempted> {
  if (!delivery.isEnabled) return givenUp(delivery, switchedOff);
  const key = await signingKeyOf(services, delivery);
  if (!key) return givenUp(delivery, withoutKey);
  const at = new Date();
  const startedAtMs = performance.now();
  const outcome = await call(services, delivery, key, { ...options, at, signal });
  const attempts = delivery.attempts + 1;
  const rules = { delaysMs: contractDelaysMs, random: Math.random, ...options, now: new Date() };
  const verdict = judgeAttempt(outcome, attempts, hostOf(delivery), rules);
  const entry = entryOf(at, performance.now() - startedAtMs, outcome, verdict);
  return { delivery: { ...delivery, attempts, history: [...delivery.history, entry] }, verdict };
}

/** A secret of its own has no key's id; receivers know it by where it is sent to. */
async function signingKeyOf(
  services: Services,
  { accountId, sealedSecret }: Delivery,
): Promise<SigningKey | undefined> {
  if (sealedSecret === null) return await newestSigningKey(services, accountId);
  return { uid: ownSecret, secret: services.keyring.open(sealedSecret) };
}

/** Its end as failed without a call. */
export function givenUp(delivery: Delivery, failure: Failure): Attempted {
  const entry = { at: new Date().toISOString(), duration_ms: 0, error: failure.message };
  return {
    delivery: { ...delivery, history: [...delivery.history, entry] },
    verdict: { state: 'failed', failure, delayMs: 0 },
  };
}

/** Host and port; empty for what is no address. */
export function hostOf({ url }: Pick<Delivery, 'url'>): string {
  return URL.canParse(url) ? new URL(url).host : '';
}

const switchedOff: Failure = {
  code: 'forbidden',
  message: 'Webhooks were switched off for this account before this one was sent.',
};
const withoutKey: Failure = {
  code: 'not_found',
  message:
    'This account has no active API key, so there is no signing secret to sign with. Generate a key, then send it again.',
};

/** What came of the call. */
async function call(
  { egress }: Services,
  { id, event, url, payload }: Delivery,
  key: SigningKey,
  { at, signal, timeoutMs = 10_000, certificateAuthority }: SendOptions & { at: Date; signal: AbortSignal },
): Promise<PostAnswer | AppError> {
  const body = Buffer.from(payload);
  const headers = signedHeaders(body, { key, event, deliveryId: uuidText(id), now: at });
  try {
    return await post(url, { egress, signal, headers, body, timeoutMs, certificateAuthority });
  } catch (thrown) {
    signal.throwIfAborted();
    return AppError.from(thrown, 'the delivery of a webhook');
  }
}

function entryOf(
  at: Date,
  durationMs: number,
  outcome: PostAnswer | AppError,
  verdict: DeliveryVerdict,
): DeliveryAttempt {
  return {
    at: at.toISOString(),
    duration_ms: Math.round(durationMs),
    ...('status' in outcome ? { status: outcome.status, body: outcome.body } : {}),
    ...(verdict.state === 'delivered' ? {} : { error: verdict.failure.message }),
  };
}
