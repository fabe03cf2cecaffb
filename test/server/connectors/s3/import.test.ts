import { expect } from 'chai';
import { readReference } from '../../../../server/pipeline/record/reference.ts';
import { SourceSessions } from '../../../../server/pipeline/record/sessions.ts';
import type { Services } from '../../../../server/services.ts';
import { addConnector } from '../../../harness/connectors.ts';
import { testS3 } from '../../../harness/s3-server.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { newBucket, putObject } from './fixture.ts';

describe('rows of an s3 connector', () => {
  let services: Services;
  let sessions: SourceSessions;
  before(async () => {
    services = await testServices();
    sessions = new SourceSessions(services);
  });
  after(async () => {
    await sessions[Symbol.asyncDispose]();
    await services.close();
  });

  it('name recordings by s3 links into its folder, which are read with its own keys', async () => {
    const s3 = await testS3();
    const bucket = await newBucket(s3);
    await putObject(s3, bucket, 'in/audio/1.wav', Buffer.from('sound'));
    const { id: accountId } = await testAccount(services);
    const keys = { access_key: s3.accessKeyId, secret_key: s3.secretAccessKey };
    const config = { bucket, prefix: 'in', endpoint: s3.url, ...keys };
    const connectorId = await addConnector(services, accountId, { type: 's3', config });
    const { signal } = new AbortController();
    const read = (text: string) =>
      readReference(
        { accountId, connectorId, itemKey: 'calls.csv', text, field: 'audio_url' },
        { services, sessions, limits: { signal, maxBytes: 1_000_000, tooLargeCode: 'audio_too_large' } },
        async (content) => {
          const parts: Buffer[] = [];
          for await (const bytes of content) parts.push(Buffer.from(bytes));
          return Buffer.concat(parts).toString();
        },
      );
    for (const text of ['audio/1.wav', `s3://${bucket}/in/audio/1.wav`]) expect(await read(text)).to.equal('sound');
  });
});
