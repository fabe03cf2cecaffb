import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type StoredImportFile, selectFile } from '../../../db/queries/campaign-import-files.ts';
import { parseUuid } from '../../../db/uuid.ts';
import { readSegments } from '../../../server/storage/segments.ts';
import { importLimits } from '../../../shared/campaign.ts';
import { eventually } from '../../harness/eventually.ts';
import { type Door, openDoor, signedInAs } from '../web/door.ts';
import { call, headersOf, type Kit, metadataText, openKit, tusVersion, type Uploaded } from './kit.ts';

describe('uploading recordings of a manual import', () => {
  let door: Door;
  let kit: Kit;
  before(async () => {
    door = await openDoor();
    kit = await openKit(door);
  });
  after(() => door.close());

  const filesInStorage = () =>
    readdirSync(fileURLToPath(door.services.config.storageUrl), { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && !entry.name.startsWith('.'),
    ).length;

  it('takes a file in pieces, says after each how much is there, and puts it together as it was', async () => {
    const id = await kit.createImport();
    const file = await kit.start(id, 'pieces.wav', call.length);
    const cuts = [0, 1000, 70_000, call.length];
    for (const [index, end] of cuts.slice(1).entries()) {
      const start = cuts[index] ?? 0;
      expect(await kit.head(file)).to.deep.equal({ status: 200, offset: start });
      const answer = await kit.patch(file, call.subarray(start, end), start);
      expect([answer.status, answer.headers.get('upload-offset')]).to.deep.equal([204, String(end)]);
    }
    expect((await kit.finish(id)).status).to.equal(200);
    await kit.work();
    const [stored] = await kit.interactions();
    expect(stored?.externalId).to.equal('pieces.wav');
    expect(stored?.row.sha256).to.equal(createHash('sha256').update(call).digest('hex').toUpperCase());
    expect(stored?.row.byte_size).to.equal(call.length);
  });

  it('keeps what came before a line broke, and goes on from there', async () => {
    const id = await kit.createImport();
    const file = await kit.start(id, 'cut.wav', call.length);
    await sendAndBreak(file, call.subarray(0, 100_000));
    const { offset } = await eventually('something is kept', async () => {
      const now = await kit.head(file);
      return now.offset > 0 && now;
    });
    expect(offset).to.be.at.most(100_000);
    const answer = await kit.patch(file, call.subarray(offset), offset);
    expect([answer.status, answer.headers.get('upload-offset')]).to.deep.equal([204, String(call.length)]);
  });

  /** Says that everything comes, sends the beginning, and breaks the connection. */
  async function sendAndBreak(file: Uploaded, bytes: Buffer): Promise<void> {
    const sending = await beginToSend(file, bytes, call.length);
    const closed = new Promise((resolve) => sending.once('close', resolve));
    sending.destroy();
    await closed;
  }

  it('keeps what came of a request every 8 MB, so that a program that is killed does not lose all of it', async () => {
    const most = 8 * 1024 ** 2;
    const bytes = Buffer.concat([call, randomBytes(3 * most)]);
    const file = await kit.start(await kit.createImport(), 'long.wav', bytes.length);
    const sent = bytes.length - 1000;
    const sending = await beginToSend(file, bytes.subarray(0, sent), bytes.length);
    // What a program that is killed now finds: nobody asks it, because a question ends the request.
    const offset = await eventually('all but one part is kept', async () => {
      const { received, segments } = await storedOf(file);
      expect(segments.every(({ size }) => size <= most)).to.equal(true);
      return received > sent - most && received;
    });
    expect(offset).to.be.at.most(sent);
    sending.destroy();
    const { offset: kept } = await kit.head(file);
    expect(kept).to.be.at.least(offset);
    expect((await kit.patch(file, bytes.subarray(kept), kept)).status).to.equal(204);
    const { received, segments, pending } = await storedOf(file);
    expect([received, pending]).to.deep.equal([bytes.length, []]);
    const hash = createHash('sha256');
    for await (const piece of readSegments(door.services.storage, segments)) hash.update(piece);
    expect(hash.digest('hex')).to.equal(createHash('sha256').update(bytes).digest('hex'));
  });

  it('takes not a byte more than was announced, also behind whole parts', async () => {
    const whole = 8 * 1024 ** 2;
    const file = await kit.start(await kit.createImport(), 'more.wav', whole);
    const answer = await kit.patch(file, Buffer.concat([call, randomBytes(whole)]), 0);
    expect(answer.status).to.equal(400);
    expect((await storedOf(file)).received).to.be.lessThan(whole);
  });

  async function storedOf({ id }: Uploaded): Promise<StoredImportFile> {
    const found = await selectFile(door.services.database.pool, kit.account.id, parseUuid(id) ?? Buffer.alloc(0));
    if (!found) throw new Error(`There is no upload ${id}.`);
    return found;
  }

  /** A request of `length` bytes of which only these come. */
  async function beginToSend({ url }: Uploaded, bytes: Buffer, length: number): Promise<ClientRequest> {
    const sending = request(url, {
      method: 'PATCH',
      headers: {
        ...kit.headers(),
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
        'content-length': String(length),
      },
    });
    sending.on('error', () => undefined);
    await new Promise<void>((resolve) => sending.write(bytes, () => resolve()));
    return sending;
  }

  it('ends a request that has not noticed that its line is dead when its client comes again', async () => {
    const id = await kit.createImport();
    const file = await kit.start(id, 'hangs.wav', call.length);
    const hanging = await beginToSend(file, call.subarray(0, 100_000), call.length);
    // As a client does it: it asks how much is there and goes on, and asks again where that was no longer true.
    await eventually('the rest is taken', async () => {
      const { offset } = await kit.head(file);
      return (await kit.patch(file, call.subarray(offset), offset)).status === 204;
    });
    expect((await kit.head(file)).offset).to.equal(call.length);
    hanging.destroy();
  });

  it('finds the upload of a file that is announced again', async () => {
    const id = await kit.createImport();
    const first = await kit.start(id, 'again.wav', call.length);
    await kit.patch(first, call.subarray(0, 5000), 0);
    expect(await kit.start(id, 'again.wav', call.length)).to.deep.equal(first);
    expect((await kit.head(first)).offset).to.equal(5000);
    const other = await kit.start(id, 'again.wav', call.length, 'another file of that name');
    expect(other.id).not.to.equal(first.id);
  });

  it('refuses, in words, to announce a file again with another size', async () => {
    const id = await kit.createImport();
    const first = await kit.start(id, 'grown.wav', call.length);
    await kit.patch(first, call.subarray(0, 5000), 0);
    const answer = await kit.announce(id, 'grown.wav', call.length + 1);
    expect(answer.status).to.equal(409);
    const { code, message } = (await answer.json()) as { code: string; message: string };
    expect(code).to.equal('conflict');
    expect(message)
      .to.contain(`${call.length} bytes`)
      .and.contain(`${call.length + 1}`)
      .and.contain('key');
    expect((await kit.head(first)).offset).to.equal(5000);
  });

  it('refuses bytes that do not follow those that are there', async () => {
    const file = await kit.start(await kit.createImport(), 'offset.wav', call.length);
    expect((await kit.patch(file, call.subarray(10), 10)).status).to.equal(409);
    expect((await kit.head(file)).offset).to.equal(0);
  });

  it('says at the first bytes that a file is no recording', async () => {
    const file = await kit.start(await kit.createImport(), 'page.wav', 200_000);
    const answer = await kit.patch(file, Buffer.from('<!doctype html><title>Sign in</title>'.padEnd(2000)), 0);
    expect(answer.status).to.equal(422);
    const body = (await answer.json()) as { code: string; message: string };
    expect(body.code).to.equal('not_audio');
    expect(body.message).to.contain('an HTML page');
  });

  it('takes nothing larger than it says, empty, or without a name', async () => {
    const id = await kit.createImport();
    const statuses = async (answers: Promise<Response>[]) => (await Promise.all(answers)).map(({ status }) => status);
    const sizes = [importLimits.fileBytes + 1, 0];
    expect(await statuses(sizes.map((size) => kit.announce(id, 'x.wav', size)))).to.deep.equal([422, 400]);
    expect((await kit.announce(id, 'x.csv', importLimits.sheetBytes + 1)).status).to.equal(400);
    expect((await kit.announce(id, '', 10)).status).to.equal(400);
    expect((await kit.announce(id, 'a'.repeat(600), 10)).status).to.equal(400);
  });

  it('takes so many files and so much at once, and says what to do then', async () => {
    const { pool } = door.services.database;
    const crowded = await openKit(door);
    const id = await crowded.createImport();
    await pool.query(
      `INSERT INTO campaign_import_file (id, account_id, import_id, name, kind, state, byte_size, segments, pending)
       SELECT UNHEX(MD5(seq)), ?, ?, seq, 'audio', 'uploaded', 1, '[]', '[]' FROM
         (WITH RECURSIVE n AS (SELECT 1 AS seq UNION ALL SELECT seq + 1 FROM n WHERE seq < 900) SELECT a.seq * 1000 + b.seq AS seq FROM n a JOIN (SELECT 1 AS seq UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6) b) many
       LIMIT ${importLimits.files}`,
      [crowded.account.id, parseUuid(id)],
    );
    const full = await crowded.announce(id, 'one-more.wav', 10);
    expect(full.status).to.equal(507);
    expect(await full.text()).to.contain('5,000 files');
    await pool.query('UPDATE campaign_import_file SET byte_size = ? WHERE account_id = ? LIMIT 1', [
      importLimits.unfinishedBytes,
      crowded.account.id,
    ]);
    const over = await crowded.announce(await crowded.createImport(), 'x.wav', 10);
    expect(over.status).to.equal(507);
    expect(await over.text()).to.contain('Finish or cancel');
  });

  it('asks for a session, also of who sends', async () => {
    const file = await kit.start(await kit.createImport(), 'session.wav', call.length);
    for (const as of ['', 'nonsense']) expect((await kit.patch(file, call, 0, as)).status, `as "${as}"`).to.equal(401);
    expect((await fetch(kit.uploads(), { method: 'POST', headers: tusVersion })).status).to.equal(401);
    const agent = await signedInAs(door.services, kit.account.id, 'agent');
    expect((await kit.head(file, agent.token)).status).to.equal(403);
    const supervisor = await signedInAs(door.services, kit.account.id, 'supervisor');
    expect((await kit.head(file, supervisor.token)).status).to.equal(404);
  });

  it("never finds another account's imports and uploads", async () => {
    const other = await openKit(door);
    const id = await kit.createImport();
    const file = await kit.start(id, 'mine.wav', call.length);
    const stranger = other.token;
    expect((await kit.announce(id, 'x.wav', 10, { as: stranger })).status).to.equal(404);
    expect((await kit.head(file, stranger)).status).to.equal(404);
    expect((await kit.patch(file, call, 0, stranger)).status).to.equal(404);
    const removal = await fetch(file.url, { method: 'DELETE', headers: headersOf(stranger) });
    expect(removal.status).to.equal(404);
    expect(await kit.head(file)).to.deep.equal({ status: 200, offset: 0 });
  });

  it('removes a file that somebody takes back, and leaves nothing of it', async () => {
    const before = filesInStorage();
    const file = await kit.upload(await kit.createImport(), 'back.wav', call);
    expect(filesInStorage()).to.equal(before + 1);
    expect((await fetch(file.url, { method: 'DELETE', headers: kit.headers() })).status).to.equal(204);
    expect(filesInStorage()).to.equal(before);
    expect((await kit.head(file)).status).to.equal(404);
  });

  it('takes nothing more for an import that is finished or cancelled', async () => {
    const id = await kit.createImport();
    const late = await kit.start(id, 'late.wav', call.length);
    expect((await kit.tell('cancelImport', { id })).status).to.equal(200);
    const answer = await kit.patch(late, call, 0);
    expect(answer.status).to.equal(409);
    expect(await answer.text()).to.contain('cancelled');
    expect((await kit.announce(id, 'x.wav', 10)).status).to.equal(409);
  });

  it('answers what a browser asks before it sends from a page of another origin', async () => {
    const answer = await fetch(kit.uploads(), { method: 'OPTIONS' });
    expect(answer.status).to.equal(204);
    expect(answer.headers.get('access-control-allow-origin')).to.equal('*');
    expect(answer.headers.get('access-control-allow-methods')).to.contain('PATCH');
    expect(answer.headers.get('access-control-allow-headers')).to.contain('upload-offset');
    expect(answer.headers.get('tus-extension')).to.equal('creation,termination');
  });

  it('refuses bytes that come with the announcement', async () => {
    const id = await kit.createImport();
    const answer = await fetch(kit.uploads(), {
      method: 'POST',
      headers: {
        ...kit.headers(),
        'upload-length': '3',
        'upload-metadata': metadataText({ import: id, name: 'x.wav', key: 'x' }),
        'content-type': 'application/offset+octet-stream',
      },
      body: 'abc',
    });
    expect(answer.status).to.equal(400);
  });
});
