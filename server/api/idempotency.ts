import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { type Claim, claimKey, type KeyOfCall, releaseKey, renewKey, settleKey } from '../../db/queries/idempotency.ts';
import { AppError } from '../../shared/error.ts';
import type { Services } from '../services.ts';
import { digestRead, readDigest } from './multipart/digest.ts';

/** As it is written: the envelope's text and its status. */
export interface WrittenAnswer {
  status: number;
  text: string;
}

/** What a call does once its key is its own. */
export interface Attempt {
  /** When a call with the same key began whose server died before its end. */
  resumedFrom?: Date;
}

/** A form is known by its content only when it has been read. */
export interface FormFingerprint {
  /** Of the form that the call has taken; undefined when it was answered before its end. */
  taken(): Buffer | undefined;
  /** Reads the form that was sent again, only to compare it. */
  sent(): Promise<Buffer>;
}

export interface Idempotency {
  /**
   * Runs the call, or gives the answer that the same call has had before. The same are calls of one account with the
   * same key and fingerprint; their answer is kept for 24 hours when the endpoint has begun to work on them (success,
   * NOT_FOUND, a conflict). Throws `idempotency_key_reused` and `idempotency_in_progress`. Where `work` throws, or its
   * answer cannot be kept, the next such call resumes it once the lock has ended: what it did may be there.
   */
  run(
    call: KeyOfCall & { fingerprint: Buffer; form?: FormFingerprint },
    work: (attempt: Attempt) => Promise<WrittenAnswer>,
  ): Promise<WrittenAnswer & { isReplay: boolean }>;
}

/** A server that dies leaves its keys locked for no longer than this. */
const lockSeconds = 60;
const renewEveryMs = 20_000;
const retryAfterMostSeconds = 5;

export function openIdempotency({ database: { pool }, log }: Services): Idempotency {
  return {
    async run({ fingerprint, form, ...key }, work) {
      const claim = await claimKey(pool, key, { fingerprint, lockSeconds });
      if (claim.state === 'answered') {
        const isSame = claim.fingerprint.equals(fingerprint) || (form && claim.fingerprint.equals(await form.sent()));
        if (!isSame) throw refusalOf({ state: 'other call' });
        return { status: claim.status, text: claim.answer, isReplay: true };
      }
      if (claim.state !== 'ours') throw refusalOf(claim);
      const renewal = setInterval(() => {
        renewKey(pool, key, lockSeconds).catch((error: unknown) => log.warn({ err: error }, 'a call may lose its key'));
      }, renewEveryMs);
      try {
        const answer = await work(claim.resumedFrom ? { resumedFrom: claim.resumedFrom } : {});
        const { status, text } = answer;
        const known = form?.taken() ?? fingerprint;
        if (isKept(status)) await settleKey(pool, key, { status, answer: text, fingerprint: known });
        else await releaseKey(pool, key);
        return { ...answer, isReplay: false };
      } finally {
        clearInterval(renewal);
      }
    },
  };
}

function refusalOf(claim: Exclude<Claim, { state: 'ours' | 'answered' }>): AppError {
  if (claim.state === 'under way')
    return new AppError(
      'idempotency_in_progress',
      'The first call with this Idempotency-Key is still under way. Send this one again a little later to get its answer.',
      { retryAfterSeconds: Math.min(retryAfterMostSeconds, claim.secondsLeft) },
    );
  return new AppError(
    'idempotency_key_reused',
    'This Idempotency-Key was used within 24 hours for another call or another body. Use a new key for a new call.',
  );
}

/** A wrong call may be mended and one that found no room may find it later, both under the same key. */
function isKept(status: number): boolean {
  return status < 300 || status === 404 || status === 409;
}

/**
 * What makes a call the same call: method, address and body. A form is not read before its key is claimed, and its
 * boundary differs each time: until it has been read its length stands for it (see formFingerprint).
 */
export function fingerprintOf({ method, url, headers }: Request, body: Buffer | undefined): Buffer {
  const content = body ?? `form of ${headers['content-length'] ?? 'unknown'} bytes`;
  return createHash('sha256')
    .update(`${method}\n${withoutSlash(url)}\n`)
    .update(content)
    .digest();
}

/** An address is the same with a slash at the end of its path. */
function withoutSlash(url: string): string {
  return url.replace(/^([^?]*)\/(?=\?|$)/, '$1');
}

/** The same for a form, by what it says. */
export function formFingerprint(request: Request): FormFingerprint {
  const of = (digest: Buffer) => fingerprintOf(request, digest);
  return {
    taken() {
      const digest = digestRead(request);
      return digest && of(digest);
    },
    sent: async () => of(await readDigest(request)),
  };
}
