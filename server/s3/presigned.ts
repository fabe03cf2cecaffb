import { addressOf, type Bucket } from './bucket.ts';
import { GetSigner, pathOfKey } from './signature.ts';

export interface PresignedGet {
  key: string;
  /** What a browser saves it as. */
  fileName: string;
  contentType: string;
  /** At most seven days. */
  seconds: number;
  now: Date;
}

/** Who answers such addresses, and whether the credentials that sign them are there to stay. Sends nothing to the bucket. */
export async function linkFacts(bucket: Bucket): Promise<{ origin: string; isLasting: boolean }> {
  return await bucket.call({ actions: ['s3:GetObject'] }, async ({ client }) => {
    const { sessionToken, expiration } = await client.config.credentials();
    const isLasting = sessionToken === undefined && expiration === undefined;
    return { origin: addressOf(bucket.config, client).url.origin, isLasting };
  });
}

/** An address at which anybody can fetch an object for so long. Sends nothing. */
export async function presignedGet(bucket: Bucket, wanted: PresignedGet): Promise<string> {
  return await bucket.call({ actions: ['s3:GetObject'], key: wanted.key }, async ({ client }) => {
    const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials();
    const { url, region } = addressOf(bucket.config, client);
    const signer = new GetSigner({ accessKeyId, secretAccessKey, sessionToken }, region);
    const path = `${url.pathname.replace(/\/$/, '')}/${pathOfKey(wanted.key)}`;
    const shown = {
      'response-content-disposition': `attachment; filename="${wanted.fileName}"`,
      'response-content-type': wanted.contentType,
    };
    return `${url.origin}${path}?${signer.presign(url.host, path, shown, wanted.seconds, wanted.now)}`;
  });
}
