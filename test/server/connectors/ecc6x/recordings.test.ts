import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { claimWork } from '../../../../db/queries/work.ts';
import type { SourceSession } from '../../../../server/connectors/connector.ts';
import { ecc6x } from '../../../../server/connectors/ecc6x/ecc6x.ts';
import { EventMapper } from '../../../../server/connectors/ecc6x/row.ts';
import { openSource } from '../../../../server/connectors/ecc6x/source.ts';
import { recordHandler } from '../../../../server/pipeline/record.ts';
import type { Services } from '../../../../server/services.ts';
import { perform } from '../../../../server/worker/attempt.ts';
import { addConnector } from '../../../harness/connectors.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { addWaitingRecordings, type WaitingRow } from '../../../harness/waiting-recordings.ts';
import { collect, contextOf, rejects } from '../contract-kit.ts';
import { configOf, interaction, settings } from './events.ts';
import { audio, type RecordingsServer, startRecordings, token } from './recordings-server.ts';

type Json = Record<string, unknown>;

describe('recordings of ECC 6x', () => {
  let server: RecordingsServer;
  let other: RecordingsServer;
  before(async () => {
    server = await startRecordings();
    other = await startRecordings();
    other.isOpen = true;
    other.files.set('/a.wav', { body: audio });
  });
  beforeEach(() => {
    server.files.clear();
    server.isOpen = false;
    for (const { requests } of [server, other]) requests.length = 0;
  });
  after(() => Promise.all([server.close(), other.close()]));

  const base = () => `${server.url}/data-engine`;
  const configured = (more: Json = {}) => configOf({ recording_base_url: base(), recording_token: token, ...more });
  const open = (more: Json = {}): Promise<SourceSession> => openSource(configured(more), contextOf());
  const fetched = async (
    path: string,
    more: Json = {},
    field: 'audio_url' | 'transcript_url' = 'audio_url',
  ): Promise<Buffer> => {
    await using session = await open(more);
    if (!session.recording) throw new Error('it has no recordings');
    const parts: Buffer[] = [];
    for await (const bytes of await session.recording({ path, itemKey: 'interactions/0', field }))
      parts.push(Buffer.from(bytes));
    return Buffer.concat(parts);
  };
  const now = () => new Date().toISOString();

  it('are fetched with the token, relative to the address and from its host', async () => {
    server.files.set('/data-engine/v1/a.wav', { body: audio });
    server.files.set('/logs/b.wav?part=2', { body: audio });
    expect((await fetched(`v1/a.wav#at=${now()}`)).equals(audio)).to.equal(true);
    expect((await fetched('/logs/b.wav?part=2')).equals(audio)).to.equal(true);
    expect(server.requests).to.deep.equal([
      { path: '/data-engine/v1/a.wav', authorization: `Bearer ${token}` },
      { path: '/logs/b.wav?part=2', authorization: `Bearer ${token}` },
    ]);
  });

  it('are fetched by what an event says of them', async () => {
    server.files.set('/data-engine/v1/voice-logs/int-1', { body: audio });
    const row = new EventMapper(configured()).read(Buffer.from(JSON.stringify(interaction())));
    expect((await fetched(String(row?.audio_url))).equals(audio)).to.equal(true);
    const link = `${server.url}/data-engine/v1/voice-logs/int-1`;
    const byLink = new EventMapper(configured()).read(
      Buffer.from(JSON.stringify(interaction({}, { voice_log_url: link }))),
    );
    expect(byLink?.audio_url).to.equal(row?.audio_url);
  });

  it('never get the token to another server, neither by a link without a scheme nor by a redirect', async () => {
    server.files.set('/data-engine/moved', { status: 302, location: `${other.url}/a.wav` });
    for (const path of ['moved', `//${new URL(other.url).host}/a.wav`])
      expect((await fetched(path)).equals(audio)).to.equal(true);
    expect(other.requests).to.deep.equal(Array(2).fill({ path: '/a.wav', authorization: undefined }));
  });

  it('that are not there are late on the first day, and missing after it', async () => {
    for (const at of ['', `#at=${now()}`]) await rejects(fetched(`none.wav${at}`), 'recording_not_yet');
    await rejects(fetched('none.wav#at=2026-01-02T03:04:05.000Z'), 'path_missing');
    for (const status of [200, 202, 204]) {
      server.files.set('/data-engine/empty', { status });
      await rejects(fetched('empty'), 'recording_not_yet');
      await rejects(fetched('empty#at=2026-01-02T03:04:05.000Z'), 'path_missing');
    }
  });

  it('are no pages and no JSON, also where these come as audio', async () => {
    server.files.set('/data-engine/page', { type: 'text/html', body: '<!doctype html>Sign in' });
    server.files.set('/data-engine/json', { type: 'application/json', body: '{"http_code":404}' });
    for (const path of ['page', 'json']) await rejects(fetched(path), 'not_audio');
  });

  it('say which setting is wrong', async () => {
    server.files.set('/data-engine/shut', { status: 403 });
    const refusals = [
      await rejects(fetched('a.wav', { recording_token: 'another' }), 'sign_in_refused'),
      await rejects(fetched('a.wav', { recording_token: undefined }), 'sign_in_refused'),
      await rejects(fetched('shut'), 'permission_denied'),
      await rejects(fetched('a.wav', { recording_base_url: undefined }), 'invalid'),
      await rejects(fetched('a.wav', { recording_base_url: 'http://127.0.0.1:1' }), 'host_refused'),
    ];
    const fields = [
      'recording_token',
      'recording_token',
      'recording_token',
      'recording_base_url',
      'recording_base_url',
    ];
    expect(refusals.map(({ field }) => field)).to.deep.equal(fields);
    for (const { message } of refusals) expect(message).to.not.contain(token);
    server.files.set('/data-engine/busy', { status: 503 });
    await rejects(fetched('busy'), 'http_unavailable');
  });

  it('lists nothing and reads nothing: interactions come as events', async () => {
    await using session = await open();
    expect(await collect(session)).to.deep.equal([]);
    await rejects(session.read({ key: 'a', version: '1', size: 1, readiness: 'ready' }), 'path_missing');
    expect(server.requests).to.deep.equal([]);
  });

  describe('in the pipeline', () => {
    let services: Services;
    before(async () => {
      services = await testServices();
    });
    after(() => services.close());

    const recorded = async (rows: WaitingRow[]): Promise<RowDataPacket[]> => {
      const { pool } = services.database;
      const { id: accountId } = await testAccount(services);
      const config = settings({ recording_base_url: base(), recording_token: token });
      const connectorId = await addConnector(services, accountId, { type: ecc6x.id, config });
      const { ids } = await addWaitingRecordings(services, { accountId, connectorId, itemKey: 'interactions/0' }, rows);
      const claimed = await claimWork(pool, 'record', { limit: 100, leaseSeconds: 30 });
      await using handler = recordHandler(services);
      for (const work of claimed)
        await perform(
          handler,
          { work, signal: new AbortController().signal, lastFailure: undefined },
          { pool, log: services.log },
        );
      const [found] = await pool.query<RowDataPacket[]>(
        `SELECT r.state, i.transcript_text FROM interaction i LEFT JOIN recording r ON r.interaction_id = i.id
          WHERE i.id IN (?) ORDER BY i.id`,
        [ids],
      );
      return found.map((row) => ({ ...row }) as RowDataPacket);
    };

    it('are stored, and transcripts are read from the same server by the same token', async () => {
      server.files.set('/data-engine/a.wav', { body: audio });
      server.files.set('/data-engine/chat', { type: 'text/plain', body: 'Agent: Hello.\nCustomer: Hi.' });
      const found = await recorded([
        { audio: `a.wav#at=${now()}` },
        { transcriptUrl: `/data-engine/chat#at=${now()}` },
      ]);
      expect(found).to.deep.equal([
        { state: 'here', transcript_text: null },
        { state: null, transcript_text: 'Agent: Hello.\nCustomer: Hi.' },
      ]);
      expect(server.requests.map(({ authorization }) => authorization)).to.deep.equal(Array(2).fill(`Bearer ${token}`));
    });
  });
});
