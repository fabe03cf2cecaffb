import { createHash, createHmac } from 'node:crypto';

export interface SigningKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | undefined;
}

/** The SHA-256 of a request without a body. */
const emptyHash = createHash('sha256').digest('hex');

/**
 * Signs GET requests without a query for S3, by AWS Signature Version 4 ("Authenticating Requests: Using the
 * Authorization Header" in the S3 API reference). The key that is derived for a day is kept.
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
   * The headers to send, the given ones among them; their names are in lower case, the path as it is sent.
   * Everything given is signed.
   */
  sign(host: string, path: string, given: Record<string, string>, now = new Date()): Record<string, string> {
    const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
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

  #authorization(time: string, path: string, headers: Record<string, string>): string {
    const names = Object.keys(headers).sort();
    const lines = names.map((name) => `${name}:${headers[name]?.trim()}\n`).join('');
    const signed = names.join(';');
    const request = createHash('sha256').update(`GET\n${path}\n\n${lines}\n${signed}\n${emptyHash}`).digest('hex');
    const day = time.slice(0, 8);
    const scope = `${day}/${this.#region}/s3/aws4_request`;
    const signature = createHmac('sha256', this.#keyOf(day))
      .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${request}`)
      .digest('hex');
    return `AWS4-HMAC-SHA256 Credential=${this.#keys.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  }

  #keyOf(day: string): Buffer {
    if (this.#derived?.day === day) return this.#derived.key;
    let key = Buffer.from(`AWS4${this.#keys.secretAccessKey}`);
    for (const part of [day, this.#region, 's3', 'aws4_request']) key = createHmac('sha256', key).update(part).digest();
    this.#derived = { day, key };
    return key;
  }
}

/** A key as it stands in a path: everything but letters, digits, `-._~` and slashes as UTF-8 in percent signs. */
export function pathOfKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}
