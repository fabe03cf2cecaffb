import { createHmac } from 'node:crypto';

export interface SigningKey {
  /** The API key's uid. */
  uid: string;
  /** Its signing secret, as it was shown when the key was made. */
  secret: string;
}

/**
 * The headers of one attempt. `X-CQA-Signature` is `sha256=` and the hex HMAC-SHA256 of the raw body, keyed with the
 * signing secret's text (UTF-8); it covers the body alone. `X-CQA-Timestamp` is the attempt's time in Unix seconds,
 * `X-CQA-Key-Id` names the API key whose secret signed, `X-CQA-Delivery` is the body's `deliveryId`.
 */
export function signedHeaders(
  body: Buffer,
  { key, event, deliveryId, now }: { key: SigningKey; event: string; deliveryId: string; now: Date },
): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'X-CQA-Signature': `sha256=${createHmac('sha256', key.secret).update(body).digest('hex')}`,
    'X-CQA-Timestamp': String(Math.floor(now.getTime() / 1000)),
    'X-CQA-Key-Id': key.uid,
    'X-CQA-Event': event,
    'X-CQA-Delivery': deliveryId,
  };
}
