import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { noteUpload } from '../../../../db/queries/uploads.ts';
import { newId } from '../../../../db/uuid.ts';
import { leftoverHandler } from '../../../../server/pipeline/receive/leftover.ts';
import { recordingKey } from '../../../../server/pipeline/record/storage-key.ts';
import { type ApiServer, apiServer } from '../../../harness/api.ts';
import { eventually } from '../../../harness/eventually.ts';
import { boundary, part, wav } from '../multipart/form-server.ts';
import { interactionRow, notedUploads, storedFiles } from '../multipart/upload-server.ts';

const path = '/ingress/interactions/audio';

interface Queued {
  interaction_id: string;
  external_interaction_id: string;
  status: string;
}

/** A form whose parts come in that order. */
function formOf(parts: Record<string, string | Uint8Array>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(parts))
    if (typeof value === 'string') form.set(name, value);
    else form.set(name, new Blob([value]), 'call.wav');
  return form;
}

describe('POST …/ingress/interactions/audio', () => {
  let api: ApiServer;
  before(async () => {
    api = await apiServer();
  });
  after(() => api.close());
  afterEach(async () => expect(await notedUploads(api.services)).to.equal(0));

  const upload = (parts: Record<string, string | Uint8Array>, headers = {}) =>
    api.call<Queued>('POST', path, { body: formOf(parts), headers });

  it('refuses half of a character and __proto__ in its fields, by name', async () => {
    const wrong: [fields: Record<string, string>, words: string][] = [
      [{ metadata: '{"a":"x\\ud800y"}' }, 'metadata'],
      [{ metadata: '{"__proto__":"p"}' }, 'metadata.__proto__'],
      [{ ['__proto__']: 'p' }, '__proto__'],
    ];
    for (const [fields, words] of wrong) {
      const answer = await upload({ external_interaction_id: 'wrong', ...fields, file: wav(1000) });
      expect([answer.status, answer.code], words).to.deep.equal([400, 'VALIDATION_ERROR']);
      expect(answer.message).to.include(words);
    }
  });

  it('stores the recording, sealed, and the interaction with what was said of it', async () => {
    const recording = wav(700_000);
    const { status, data, json } = await upload({
      external_interaction_id: 'upload-1',
      source: 'my-pbx',
      interaction_start_time: '2026-11-20T09:15:00+05:30',
      duration_seconds: '42',
      pii_redacted: 'true',
      metadata: '{"agent":"Zoë 漢字","priority":2,"vip":false}',
      file: recording,
    });
    expect(status).to.equal(201);
    expect(json.message).to.equal('Queued for processing');
    expect(data).to.include({ external_interaction_id: 'upload-1', status: 'queued' });
    const row = await interactionRow(api.services, data.interaction_id);
    expect(row).to.deep.include({
      external_id: 'upload-1',
      channel_type: 'VOICE',
      source: 'my-pbx',
      metadata: { agent: 'Zoë 漢字', priority: 2, vip: false },
      state: 'here',
      byte_size: recording.length,
      sha256: createHash('sha256').update(recording).digest('hex'),
      reference: 'call.wav',
      work: 'analyse',
    });
    expect(row.start?.toISOString()).to.equal('2026-11-20T03:45:00.000Z');
    const stored: Uint8Array[] = [];
    for await (const bytes of await api.services.storage.read(row.storage_key)) stored.push(Buffer.from(bytes));
    expect(Buffer.concat(stored).equals(recording)).to.equal(true);
  });

  it('takes fields that come after the file', async () => {
    const { status, data } = await upload({
      file: wav(1000),
      channel_type: 'CALLBACK',
      external_interaction_id: 'upload-2',
    });
    expect(status).to.equal(201);
    expect((await interactionRow(api.services, data.interaction_id)).channel_type).to.equal('CALLBACK');
  });

  const refusals: [string, Record<string, string | Uint8Array>, string, RegExp][] = [
    ['no id', { file: wav(1000) }, 'VALIDATION_ERROR', /external_interaction_id/],
    ['no file', { external_interaction_id: 'r' }, 'VALIDATION_ERROR', /no file/],
    [
      'an unknown field',
      { external_interaction_id: 'r', sorce: 'x', file: wav(1000) },
      'VALIDATION_ERROR',
      /sorce.*source/,
    ],
    [
      'a wrong number',
      { external_interaction_id: 'r', duration_seconds: 'long', file: wav(1000) },
      'VALIDATION_ERROR',
      /duration_seconds/,
    ],
    [
      'metadata that is no JSON',
      { external_interaction_id: 'r', metadata: '{x', file: wav(1000) },
      'VALIDATION_ERROR',
      /metadata is not JSON/,
    ],
    [
      'nested metadata',
      { file: wav(1000), external_interaction_id: 'r', metadata: '{"a":{}}' },
      'VALIDATION_ERROR',
      /must be a string/,
    ],
    [
      'a page instead of audio',
      { external_interaction_id: 'r', file: Buffer.from('<html><body>sign in') },
      'VALIDATION_ERROR',
      /HTML page/,
    ],
    ['an empty file', { external_interaction_id: 'r', file: new Uint8Array(0) }, 'VALIDATION_ERROR', /empty/],
  ];
  for (const [what, parts, code, words] of refusals)
    it(`refuses ${what} and stores nothing`, async () => {
      const filesBefore = storedFiles(api.services);
      const answer = await upload(parts);
      expect([answer.status, answer.code]).to.deep.equal([400, code]);
      expect(answer.message).to.match(words);
      expect(answer.json.request_id).to.be.a('string');
      expect(storedFiles(api.services)).to.deep.equal(filesBefore);
    });

  it('refuses a body that is no form', async () => {
    const answer = await api.call('POST', path, { body: { external_interaction_id: 'x' } });
    expect([answer.status, answer.code]).to.deep.equal([400, 'INVALID_REQUEST']);
  });

  it('refuses an id that is there already, before the file is read and after it', async () => {
    await upload({ external_interaction_id: 'twice', file: wav(2000) });
    const filesBefore = storedFiles(api.services);
    const first = await upload({ external_interaction_id: 'twice', file: Buffer.alloc(20 * 1024 ** 2) });
    const last = await upload({ file: wav(300_000), external_interaction_id: 'twice' });
    for (const { status, code } of [first, last]) expect([status, code]).to.deep.equal([409, 'DUPLICATE']);
    expect(storedFiles(api.services)).to.deep.equal(filesBefore);
  });

  it('keeps one of many uploads with the same id', async () => {
    const filesBefore = storedFiles(api.services).length;
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => upload({ external_interaction_id: 'race', file: wav(400_000) })),
    );
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409, 409, 409, 409]);
    expect(storedFiles(api.services)).to.have.length(filesBefore + 1);
  });

  it('leaves nothing of an upload whose client goes away', async () => {
    const filesBefore = storedFiles(api.services);
    const { port } = new URL(api.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `POST ${new URL(api.addressOf(path)).pathname} HTTP/1.1\r\nHost: x\r\nX-API-Key: ${api.key}\r\nContent-Length: 50000000\r\nContent-Type: multipart/form-data; boundary=${boundary}\r\n\r\n`,
    );
    socket.write(part('external_interaction_id', 'gone'));
    socket.write(part('file', wav(3_000_000), 'call.wav'));
    await eventually('a file under way', () => storedFiles(api.services).length > filesBefore.length);
    socket.destroy();
    await eventually('its end', async () => (await notedUploads(api.services)) === 0);
    expect(storedFiles(api.services)).to.deep.equal(filesBefore);
    const again = await upload({ external_interaction_id: 'gone', file: wav(1000) });
    expect(again.status).to.equal(201);
  });

  it('answers parts that nobody can use, and gives their places back', async () => {
    const head = '--BB\r\nContent-Disposition: form-data; name="external_interaction_id"\r\n\r\nhang\r\n';
    const body = `${head}--BB\r\nX-Foo: bar\r\n\r\n${'x'.repeat(20_000)}\r\n--BB--\r\n`;
    for (let i = 0; i < 17; i++) {
      const response = await fetch(api.addressOf(path), {
        method: 'POST',
        headers: { 'X-API-Key': api.key, 'Content-Type': 'multipart/form-data; boundary=BB' },
        body,
      });
      expect(response.status).to.equal(400);
      expect(await response.text()).to.match(/Part 2 of the form has no readable header/);
    }
    expect((await upload({ external_interaction_id: 'after', file: wav(1000) })).status).to.equal(201);
  });

  it('asks for a key, and for one of this account', async () => {
    const other = await api.anotherAccount();
    for (const key of [null, 'cqa_nothing_here', other.key]) {
      const answer = await api.call('POST', path, {
        body: formOf({ external_interaction_id: 'k', file: wav(1000) }),
        key,
      });
      expect([answer.status, answer.code]).to.deep.equal([401, 'UNAUTHORIZED']);
    }
  });

  it('answers the same upload with the same Idempotency-Key as before, and refuses another one', async () => {
    const headers = { 'Idempotency-Key': 'upload-again' };
    const parts = { external_interaction_id: 'again', file: wav(5000) };
    const first = await upload(parts, headers);
    const second = await upload(parts, headers);
    expect([first.status, second.status]).to.deep.equal([201, 201]);
    expect(second.data).to.deep.equal(first.data);
    expect(second.headers.get('idempotent-replayed')).to.equal('true');
    const recording = wav(5000);
    recording[4000] = 8;
    for (const change of [{ file: recording }, { file: wav(5002) }, { external_interaction_id: 'agaiN' }]) {
      const other = await upload({ ...parts, ...change }, headers);
      expect([other.status, other.code]).to.deep.equal([409, 'IDEMPOTENCY_KEY_REUSED']);
    }
  });

  it('removes what a program stored that died before the interaction was there, and nothing else', async () => {
    const { services } = api;
    const { storage, database } = services;
    const { data } = await upload({ external_interaction_id: 'kept', file: wav(1000) });
    const kept = Buffer.from(data.interaction_id.replaceAll('-', ''), 'hex');
    const lost = newId();
    const content = async function* () {
      yield wav(1000);
    };
    await storage.put(recordingKey(api.account.id, lost, 0), content());
    for (const id of [kept, lost]) await noteUpload(database.pool, api.account.id, id);
    const [rows] = await database.pool.query<RowDataPacket[]>(
      "SELECT id, subject, run_after > NOW() + INTERVAL 23 HOUR AS is_later FROM work WHERE kind = 'upload'",
    );
    expect(rows.map((row) => row.is_later)).to.deep.equal([1, 1]);
    await using handler = leftoverHandler(services);
    for (const row of rows)
      await handler.run(
        {
          id: row.id,
          kind: 'upload',
          accountId: api.account.id,
          subject: row.subject,
          groupKey: 0,
          claim: 0,
          attempts: 1,
        },
        new AbortController().signal,
      );
    expect(await storage.size(recordingKey(api.account.id, kept, 0))).to.equal(1000);
    const gone = await storage
      .size(recordingKey(api.account.id, lost, 0))
      .catch((error: { code: string }) => error.code);
    expect(gone).to.equal('not_found');
  });
});
