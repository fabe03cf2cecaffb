import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { lastingFailure, type Reference, readReference } from '../../../../server/pipeline/record/reference.ts';
import { SourceSessions } from '../../../../server/pipeline/record/sessions.ts';
import type { Services } from '../../../../server/services.ts';
import { testDatabase } from '../../../harness/database.ts';
import { type S3Server, startS3 } from '../../../harness/s3.ts';
import { testAccount, testServices } from '../../../harness/services.ts';

describe('what a row refers to', () => {
  let services: Services;
  let s3: S3Server;
  let sessions: SourceSessions;
  let accountId: number;
  before(async () => {
    services = await testServices();
    s3 = await startS3(['calls']);
    await s3.owner.send(new PutObjectCommand({ Bucket: 'calls', Key: '2026/1.wav', Body: 'sound' }));
    sessions = new SourceSessions(services);
    accountId = (await testAccount(services)).id;
  });
  after(async () => {
    await sessions[Symbol.asyncDispose]();
    await s3.close();
    await services.close();
  });

  const { signal } = new AbortController();
  const read = (text: string, field: Reference['field'] = 'audio_url') =>
    readReference(
      { accountId, connectorId: 0, itemKey: '', text, field },
      { services, sessions, limits: { signal, maxBytes: 1_000_000, tooLargeCode: 'audio_too_large' } },
      async (content) => {
        const parts: Uint8Array[] = [];
        for await (const bytes of content) parts.push(bytes);
        return Buffer.concat(parts).toString();
      },
    );

  it('is read from S3 where it is an s3:// link, for recordings and transcripts alike', async () => {
    expect(await read('s3://calls/2026/1.wav')).to.equal('sound');
    expect(await read('S3://calls/2026/1.wav', 'transcript_url')).to.equal('sound');
  });

  it('that is not on S3 fails for good, so that it is not tried again and again', async () => {
    const failure = await read('s3://calls/none.wav').catch((error) => error);
    expect([failure.code, failure.kind]).to.deep.equal(['path_missing', 'config']);
  });

  it('is tried again where the database was away when its connector was looked up', async () => {
    const database = await testDatabase();
    await database.close();
    await using away = new SourceSessions({ ...services, database });
    const thrown = await away.with(accountId, 1, () => Promise.resolve()).catch((error) => error);
    expect(() => lastingFailure(thrown, signal, 'the download'))
      .to.throw()
      .with.property('code', 'database_unavailable');
  });
});
