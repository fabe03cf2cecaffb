import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { claimWork, type Work } from '../../../db/queries/work.ts';
import { recordHandler } from '../../../server/pipeline/record.ts';
import type { Services } from '../../../server/services.ts';
import type { WorkHandler } from '../../../server/worker/handler.ts';
import { AppError } from '../../../shared/error.ts';
import { interactionStatuses } from '../../../shared/interaction.ts';
import { addConnector, sftpConfig } from '../../harness/connectors.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { type Sshd, startSshd } from '../../harness/sshd.ts';
import { addWaitingRecordings, type WaitingRow } from '../../harness/waiting-recordings.ts';

const wav = (bytes = 20_000) => Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt '), randomBytes(bytes)]);
const never = new AbortController().signal;

describe('the record step', () => {
  let services: Services;
  let sshd: Sshd;
  let web: Server;
  let link: string;
  let handler: WorkHandler;
  let accountId: number;
  let connectorId: number;
  const audio = wav();

  before(async () => {
    services = await testServices();
    sshd = await startSshd();
    mkdirSync(join(sshd.directory, 'in/audio'), { recursive: true });
    writeFileSync(join(sshd.directory, 'in/audio/1.wav'), audio);
    writeFileSync(join(sshd.directory, 'in/audio/page.wav'), '<!doctype html><html><body>Sign in</body></html>');
    writeFileSync(join(sshd.directory, 'in/audio/empty.wav'), '');
    web = createServer((request, response) => {
      if (request.url === '/1.wav') response.end(audio);
      else response.writeHead(request.url === '/busy.wav' ? 503 : 404).end();
    });
    await once(web.listen(0, '127.0.0.1'), 'listening');
    link = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    accountId = (await testAccount(services)).id;
    connectorId = await addConnector(services, accountId, {
      type: 'sftp',
      config: sftpConfig(sshd, { directory: join(sshd.directory, 'in') }),
    });
  });
  beforeEach(async () => {
    await services.database.pool.query('DELETE FROM work');
    handler = recordHandler(services);
  });
  afterEach(() => handler[Symbol.asyncDispose]());
  after(async () => {
    web.closeAllConnections();
    web.close();
    await sshd.stop();
    await services.close();
  });

  /** Stores the rows, claims their work and runs it. */
  const run = async (rows: WaitingRow[], connector = connectorId): Promise<Work[]> => {
    const { work } = await claimed(rows, connector);
    await Promise.all(work.map((piece) => handler.run(piece, never)));
    return work;
  };
  const claimed = async (rows: WaitingRow[], connector = connectorId) => {
    const { ids } = await addWaitingRecordings(services, { accountId, connectorId: connector }, rows);
    const work = await claimWork(services.database.pool, 'record', { limit: rows.length, leaseSeconds: 30 });
    const byId = ids.map((id) => work.find(({ subject }) => subject.equals(id)));
    return { ids, work: byId.filter((piece) => piece !== undefined) };
  };
  const recordingsOf = ({ subject }: Work) =>
    select(services, 'SELECT * FROM recording WHERE interaction_id = ? ORDER BY position', [subject]);
  const interactionOf = async ({ subject }: Work) =>
    (await select(services, 'SELECT status, failure FROM interaction WHERE id = ?', [subject]))[0];
  const kindsOf = async ({ subject }: Work) =>
    (await select(services, 'SELECT kind FROM work WHERE subject = ?', [subject])).map(({ kind }) => kind);

  for (const [what, reference] of [
    ['a path beside the CSV', () => 'audio/1.wav'],
    ['an http link', () => `${link}/1.wav`],
  ] as const)
    it(`fetches ${what} into storage, with its SHA-256 and size, and hands over to the analysis`, async () => {
      const [work] = await run([{ audio: reference() }]);
      if (!work) throw new Error('no work');
      const [row] = await recordingsOf(work);
      expect(row).to.include({ state: 'here', byte_size: audio.length, failure: null });
      expect(row?.sha256.toString('hex')).to.equal(createHash('sha256').update(audio).digest('hex'));
      expect((await stored(services, row?.storage_key)).equals(audio)).to.equal(true);
      expect(await kindsOf(work)).to.deep.equal(['analyse']);
      expect((await interactionOf(work))?.status).to.equal(interactionStatuses.indexOf('queued'));
    });

  const failures: [string, string, string, RegExp][] = [
    ['is missing', 'audio/none.wav', 'path_missing', /none\.wav/],
    ['is a folder', 'audio', 'path_is_directory', /folder/],
    ['climbs out of the folder', '../../etc/passwd', 'path_outside', /leads out/],
    ['is an HTML page', 'audio/page.wav', 'not_audio', /looks like an HTML page/],
    ['is empty', 'audio/empty.wav', 'not_audio', /empty/],
    ['is no S3 link that can be read', 's3://bucket', 'invalid', /s3:/],
    ['lies at a link in a private network', 'http://10.0.0.1/1.wav', 'egress_blocked', /not a public address/],
  ];
  for (const [what, audioUrl, code, words] of failures)
    it(`a recording that ${what} fails its interaction at once, with the reason`, async () => {
      const [work] = await run([{ audio: audioUrl }]);
      if (!work) throw new Error('no work');
      const failure = JSON.parse((await recordingsOf(work))[0]?.failure);
      expect(failure.code).to.equal(code);
      expect(failure.message).to.match(words);
      const interaction = await interactionOf(work);
      expect(interaction?.status).to.equal(interactionStatuses.indexOf('failed'));
      expect(JSON.parse(interaction?.failure)).to.deep.equal(failure);
      expect(await kindsOf(work)).to.deep.equal([]);
    });

  it('an answer 404 is a failure with its words', async () => {
    const [work] = await run([{ audio: `${link}/none.wav` }]);
    const [row] = work ? await recordingsOf(work) : [];
    expect(JSON.parse(row?.failure)).to.have.property('code', 'http_status');
  });

  it('with a transcript, an interaction goes on to its analysis although its recording is missing', async () => {
    const [work] = await run([{ audio: 'audio/none.wav', transcript: 'Agent: hello' }]);
    if (!work) throw new Error('no work');
    expect((await recordingsOf(work))[0]?.state).to.equal('failed');
    expect(await kindsOf(work)).to.deep.equal(['analyse']);
  });

  it('of several recordings one is enough', async () => {
    const [work] = await run([{ audio: `audio/1.wav;audio/none.wav;${link}/1.wav` }]);
    if (!work) throw new Error('no work');
    expect((await recordingsOf(work)).map(({ state }) => state)).to.deep.equal(['here', 'failed', 'here']);
    expect(await kindsOf(work)).to.deep.equal(['analyse']);
  });

  it('a transient failure is thrown, keeps what is here, and the next attempt fetches only the rest', async () => {
    const { work } = await claimed([{ audio: `audio/1.wav;${link}/busy.wav` }]);
    const [piece] = work;
    if (!piece) throw new Error('no work');
    await throws(handler.run(piece, never), 'http_unavailable');
    const [first, second] = await recordingsOf(piece);
    expect([first?.state, second?.state]).to.deep.equal(['here', 'waiting']);
    expect(await kindsOf(piece)).to.deep.equal(['record']);
    await handler.giveUp(piece, { code: 'http_unavailable', message: 'busy' });
    expect((await recordingsOf(piece)).map(({ state }) => state)).to.deep.equal(['here', 'failed']);
    expect(await kindsOf(piece)).to.deep.equal(['analyse']);
  });

  it('given up, an interaction without anything else ends as failed with that reason', async () => {
    const { work } = await claimed([{ audio: `${link}/busy.wav` }]);
    const [piece] = work;
    if (!piece) throw new Error('no work');
    await handler.giveUp(piece, { code: 'http_unavailable', message: 'busy all night' });
    const interaction = await interactionOf(piece);
    expect(interaction?.status).to.equal(interactionStatuses.indexOf('failed'));
    expect(interaction?.failure).to.contain('busy all night');
  });

  it('those that the database does not take keep nobody back who ends at the same moment', async () => {
    const { pool } = services.database;
    const { work } = await claimed(Array.from({ length: 6 }, () => ({ audio: 'audio/1.wav' })));
    const refused = work[2];
    if (!refused) throw new Error('no work');
    const id = refused.subject.toString('hex');
    await pool.query(
      `CREATE TRIGGER refused_recording BEFORE UPDATE ON recording FOR EACH ROW
         IF NEW.interaction_id = x'${id}' THEN SIGNAL SQLSTATE '45000'; END IF`,
    );
    try {
      const outcomes = await Promise.allSettled(work.map((piece) => handler.run(piece, never)));
      expect(outcomes.map(({ status }) => status === 'rejected')).to.deep.equal(work.map((piece) => piece === refused));
    } finally {
      await pool.query('DROP TRIGGER refused_recording');
    }
    for (const piece of work)
      expect((await recordingsOf(piece))[0]?.state).to.equal(piece === refused ? 'waiting' : 'here');
  });

  it('whose lease was lost writes nothing', async () => {
    const { work } = await claimed([{ audio: 'audio/1.wav' }]);
    const [piece] = work;
    if (!piece) throw new Error('no work');
    await services.database.pool.query('UPDATE work SET claim = claim + 1 WHERE id = ?', [piece.id]);
    await throws(handler.run(piece, never), 'lease_lost');
    expect((await recordingsOf(piece))[0]?.state).to.equal('waiting');
    expect(await kindsOf(piece)).to.deep.equal(['record']);
  });

  it('work whose interaction was erased is settled and nothing else', async () => {
    const { work } = await claimed([{ audio: 'audio/1.wav' }]);
    const [piece] = work;
    if (!piece) throw new Error('no work');
    for (const table of ['interaction', 'recording'])
      await services.database.pool.query(`DELETE FROM ${table} WHERE account_id = ?`, [accountId]);
    await handler.run(piece, never);
    expect(await kindsOf(piece)).to.deep.equal([]);
  });

  it('a wrong password fails the recordings with one sign-in, not one for each', async () => {
    const wrong = { type: 'password', password: 'wrong' };
    const config = sftpConfig(sshd, { credential: wrong });
    const connector = await addConnector(services, accountId, { type: 'sftp', config });
    const refusedBefore = sshd.refusedPasswords();
    const work = await run(
      Array.from({ length: 30 }, () => ({ audio: 'audio/1.wav' })),
      connector,
    );
    expect(sshd.refusedPasswords() - refusedBefore).to.equal(1);
    for (const piece of work)
      expect(JSON.parse((await recordingsOf(piece))[0]?.failure)).to.have.property('code', 'sign_in_refused');
  });

  it('two hundred at once all arrive, each under its own interaction', async () => {
    const contents = Array.from({ length: 200 }, () => wav(5000));
    mkdirSync(join(sshd.directory, 'in/many'));
    for (const [i, content] of contents.entries()) writeFileSync(join(sshd.directory, `in/many/${i}.wav`), content);
    const work = await run(contents.map((_, i) => ({ audio: `many/${i}.wav` })));
    for (const [i, piece] of work.entries()) {
      const [row] = await recordingsOf(piece);
      const content = contents[i] ?? Buffer.alloc(0);
      expect(row?.sha256.toString('hex')).to.equal(createHash('sha256').update(content).digest('hex'));
      expect((await stored(services, row?.storage_key)).equals(content)).to.equal(true);
    }
  });

  it('a storage that cannot be written is thrown, the recording keeps waiting', async () => {
    const root = new URL(services.config.storageUrl).pathname;
    rmSync(join(root, 'recordings'), { recursive: true, force: true });
    writeFileSync(join(root, 'recordings'), '');
    const { work } = await claimed([{ audio: 'audio/1.wav' }]);
    const [piece] = work;
    if (!piece) throw new Error('no work');
    await throws(handler.run(piece, never), 'storage_failed');
    expect((await recordingsOf(piece))[0]?.state).to.equal('waiting');
    expect(statSync(join(root, 'recordings')).isFile()).to.equal(true);
    rmSync(join(root, 'recordings'));
  });
});

async function select(services: Services, sql: string, values: unknown[]): Promise<RowDataPacket[]> {
  const [rows] = await services.database.pool.query<RowDataPacket[]>(sql, values);
  return rows;
}

async function stored(services: Services, key: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const bytes of await services.storage.read(key)) parts.push(bytes);
  return Buffer.concat(parts);
}

async function throws(promise: Promise<unknown>, code: string): Promise<void> {
  try {
    await promise;
  } catch (error) {
    expect(AppError.from(error).code).to.equal(code);
    return;
  }
  throw new Error(`did not fail, although ${code} was expected`);
}
