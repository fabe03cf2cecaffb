import { createHash, createHmac } from 'node:crypto';

export interface SigningKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | undefined;
}

/** The SHA-256 of a request without a body. */
const emptyHash = createHash('sha256').digest('hex');

/** S3 takes no signature that is to be good for longer: seven days. */
export const presignedSecondsMost = 7 * 24 * 3600;

/**
 * Signs GET requests for S3, by AWS Signature Version 4 ("Authenticating Requests: Using the Authorization Header" and
 * "Using Query Parameters" in the S3 API reference). The key that is derived for a day is kept.
 */
export class GetSigner {
  readonly #keys: SigningKeys;
  readonly #region: string;
  #derived: { day: string; key: Buffer } | undefined;

  constructor(keys: SigningKeys, region: string) {
    this.#keys = keys;
    this.#region = region;
  }

  /**
   * The headers to send without a query, the given ones among them; their names are in lower case, the path as it is
   * sent. Everything given is signed.
   */
  sign(host: string, path: string, given: Record<string, string>, now = new Date()): Record<string, string> {
    const time = timeOf(now);
    const { sessionToken } = this.#keys;
    const headers: Record<string, string> = {
      ...given,
      host,
      'x-amz-content-sha256': emptyHash,
      'x-amz-date': time,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    };
    return { ...headers, authorization: this.#authorization(time, path, headers) };
  }

  /**
   * The query that makes an address good by itself for so many seconds from `now` on, for whoever has it. What is given
   * (`response-content-type`) is signed and goes into it. The path is as it is sent.
   */
  presign(host: string, path: string, given: Record<string, string>, seconds: number, now = new Date()): string {
    const time = timeOf(now);
    const { accessKeyId, sessionToken } = this.#keys;
    const query: Record<string, string> = {
      ...given,
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': `${accessKeyId}/${this.#scopeOf(time)}`,
      'X-Amz-Date': time,
      'X-Amz-Expires': String(Math.min(seconds, presignedSecondsMost)),
      'X-Amz-SignedHeaders': 'host',
      ...(sessionToken === undefined ? {} : { 'X-Amz-Security-Token': sessionToken }),
    };
    const pairs = Object.entries(query).map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
    const text = pairs.sort().join('&');
    const signature = this.#signature(time, `GET\n${path}\n${text}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`);
    return `${text}&X-Amz-Signature=${signature}`;
  }

  #authorization(time: string, path: string, headers: Record<string, string>): string {
    const names = Object.keys(headers).sort();
    const lines = names.map((name) => `${name}:${headers[name]?.trim()}\n`).join('');
    const signed = names.join(';');
    const signature = this.#signature(time, `GET\n${path}\n\n${lines}\n${signed}\n${emptyHash}`);
    return `AWS4-HMAC-SHA256 Credential=${this.#keys.accessKeyId}/${this.#scopeOf(time)}, SignedHeaders=${signed}, Signature=${signature}`;
  }

  #signature(time: string, request: string): string {
    const hash = createHash('sha256').update(request).digest('hex');
    return createHmac('sha256', this.#keyOf(dayOf(time)))
      .update(`AWS4-HMAC-SHA256\n${time}\n${this.#scopeOf(time)}\n${hash}`)
      .digest('hex');
  }

  #scopeOf(time: string): string {
    return `${dayOf(time)}/${this.#region}/s3/aws4_request`;
  }

  #keyOf(day: string): Buffer {
    if (this.#derived?.day === day) return this.#derived.key;
    let key = Buffer.from(`AWS4${this.#keys.secretAccessKey}`);
    for (const part of [day, this.#region, 's3', 'aws4_request']) key = createHmac('sha256', key).update(part).digest();
    this.#derived = { day, key };
    return key;
  }
}

/** `20261103T091500Z` */
function timeOf(now: Date): string {
  return now.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function dayOf(time: string): string {
  return time.slice(0, 8);
}

/** A key as it stands in a path: everything but letters, digits, `-._~` and slashes as UTF-8 in percent signs. */
export function pathOfKey(key: string): string {
  return encoded(key).replaceAll('%2F', '/');
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
