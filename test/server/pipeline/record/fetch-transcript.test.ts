import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import iconv from 'iconv-lite';
import type { RowDataPacket } from 'mysql2/promise';
import type { Scope } from '../../../../db/queries/scope.ts';
import { claimWork, type Work } from '../../../../db/queries/work.ts';
import { analyseHandler } from '../../../../server/pipeline/analyse/analyse.ts';
import { recordHandler } from '../../../../server/pipeline/record.ts';
import { showInteraction } from '../../../../server/reports/interaction.ts';
import type { Services } from '../../../../server/services.ts';
import type { WorkHandler } from '../../../../server/worker/handler.ts';
import { AppError } from '../../../../shared/error.ts';
import { interactionStatuses, limits } from '../../../../shared/interaction.ts';
import { addConnector, sftpConfig } from '../../../harness/connectors.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { type Sshd, startSshd } from '../../../harness/sshd.ts';
import { addWaitingRecordings, type WaitingRow } from '../../../harness/waiting-recordings.ts';
import { sampleFolder, seedProfile, seedRule } from '../../reports/seed.ts';

const admin: Scope = { role: 'admin', email: '', teams: [], campaigns: [] };
const never = new AbortController().signal;
const srt = '1\r\n00:00:01,000 --> 00:00:02,000\r\nAgent: Thank you for calling.\r\n';
const vtt = 'WEBVTT\n\n00:03.000 --> 00:04.000\n<v Customer>Hello.\n';
const page = '<!doctype html><html><body>Sign in</body></html>';
const lineOf = (bytes: number) => `Agent: ${'é'.repeat((bytes - 8) / 2)}.`;

const files: Record<string, string | Buffer> = {
  'plain.txt': '[00:00] Agent: Hello.\r\nCustomer: Hi.\r\n',
  'utf16.txt': iconv.encode('Agent: Grüß Gott.', 'utf-16le', { addBOM: true }),
  'ansi.txt': iconv.encode('Agent: Grüß Gott.', 'win1252'),
  'call.srt': srt,
  'call.vtt': vtt,
  'call.pdf': '%PDF-1.7\n',
  'page.txt': page,
  'empty.txt': '',
  'full.txt': lineOf(limits.transcriptBytes),
  'full-utf16.txt': iconv.encode(lineOf(limits.transcriptBytes), 'utf-16le', { addBOM: true }),
  'over.txt': `${lineOf(limits.transcriptBytes)}!`,
  'huge.txt': 'Agent: hello\n'.repeat(400_000),
  'half.txt': lineOf(60_000),
};

describe('transcripts behind transcript_url', () => {
  let services: Services;
  let sshd: Sshd;
  let web: Server;
  let link: string;
  let handler: WorkHandler;
  let accountId: number;
  let connectorId: number;
  const asked: string[] = [];

  before(async () => {
    services = await testServices();
    sshd = await startSshd();
    mkdirSync(join(sshd.directory, 'in/t'), { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(sshd.directory, 'in/t', name), content);
    writeFileSync(join(sshd.directory, 'in/1.wav'), readFileSync(new URL('clean.wav', sampleFolder)));
    web = createServer((request, response) => {
      const name = request.url?.slice(1).split('?')[0] ?? '';
      asked.push(name);
      const content = files[name];
      if (content !== undefined) response.end(content);
      else response.writeHead(name === 'busy.txt' ? 503 : 404).end();
    });
    await once(web.listen(0, '127.0.0.1'), 'listening');
    link = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    accountId = (await testAccount(services)).id;
    connectorId = await addConnector(services, accountId, {
      type: 'sftp',
      config: sftpConfig(sshd, { directory: join(sshd.directory, 'in') }),
    });
    await seedProfile(services, accountId, 'Words', { Greeting: { kind: 'phrase', any: ['thank you for calling'] } });
    await seedRule(services, accountId, { assign_quality_profiles: ['Words'] });
  });
  beforeEach(async () => {
    await services.database.pool.query('DELETE FROM work');
    asked.length = 0;
    handler = recordHandler(services);
  });
  afterEach(() => handler[Symbol.asyncDispose]());
  after(async () => {
    web.closeAllConnections();
    web.close();
    await sshd.stop();
    await services.close();
  });

  const select = async (sql: string, values: unknown[]) =>
    (await services.database.pool.query<RowDataPacket[]>(sql, values))[0];

  const claimed = async (row: WaitingRow): Promise<Work> => {
    await addWaitingRecordings(services, { accountId, connectorId }, [row]);
    const [work] = await claimWork(services.database.pool, 'record', { limit: 1, leaseSeconds: 30 });
    if (!work) throw new Error('no work');
    return work;
  };

  const outcomeOf = async ({ subject }: Work) => {
    const [row] = await select('SELECT * FROM interaction WHERE id = ?', [subject]);
    const work = await select('SELECT kind FROM work WHERE subject = ?', [subject]);
    return {
      text: row?.transcript_text as string | null,
      transcriptFailure: row?.transcript_failure ? JSON.parse(row.transcript_failure) : null,
      status: interactionStatuses[row?.status],
      failure: row?.failure ? JSON.parse(row.failure) : null,
      work: work.map(({ kind }) => kind),
    };
  };

  const fetched = async (row: WaitingRow) => {
    const work = await claimed(row);
    await handler.run(work, never);
    return outcomeOf(work);
  };

  const goesOn = { transcriptFailure: null, status: 'queued', failure: null, work: ['analyse'] };
  const taken: [string, string, string][] = [
    ['plain text', 'plain.txt', '[00:00] Agent: Hello.\nCustomer: Hi.'],
    ['UTF-16', 'utf16.txt', 'Agent: Grüß Gott.'],
    ['Windows-1252', 'ansi.txt', 'Agent: Grüß Gott.'],
    ['SubRip', 'call.srt', '[00:01] Agent: Thank you for calling.'],
    ['WebVTT', 'call.vtt', '[00:03] Customer: Hello.'],
    ['text of exactly 100 KB', 'full.txt', lineOf(limits.transcriptBytes)],
    ['UTF-16 of exactly 100 KB of text', 'full-utf16.txt', lineOf(limits.transcriptBytes)],
  ];
  for (const [what, name, text] of taken)
    it(`${what} is fetched from the connector’s folder and from a link, and goes on to the analysis`, async () => {
      expect(await fetched({ transcriptUrl: `t/${name}` })).to.deep.equal({ text, ...goesOn });
      expect(await fetched({ transcriptUrl: `${link}/${name}?key=1` })).to.deep.equal({ text, ...goesOn });
    });

  it('several are joined in their order, whatever they are and wherever they lie', async () => {
    const { text, work } = await fetched({ transcriptUrl: `t/call.srt; ${link}/call.vtt ;;t/ansi.txt` });
    expect(text).to.equal('[00:01] Agent: Thank you for calling.\n[00:03] Customer: Hello.\nAgent: Grüß Gott.');
    expect(work).to.deep.equal(['analyse']);
  });

  const refused: [string, () => string, string, RegExp][] = [
    ['is missing', () => 't/none.txt', 'path_missing', /none\.txt/],
    ['is a folder', () => 't', 'path_is_directory', /folder/],
    ['climbs out of the folder', () => '../../etc/passwd', 'path_outside', /leads out/],
    ['is an HTML page', () => 't/page.txt', 'not_transcript', /"t\/page\.txt".*HTML page/],
    ['is an HTML page behind a link', () => `${link}/page.txt?key=secret`, 'not_transcript', /page\.txt" is.*HTML/],
    ['is empty', () => 't/empty.txt', 'not_transcript', /empty/],
    ['is a PDF', () => 't/call.pdf', 'unsupported_transcript', /PDF.*not supported yet/],
    ['has one byte too many', () => 't/over.txt', 'transcript_too_large', /102,401 bytes.*102,400/],
    ['is far too large', () => 't/huge.txt', 'transcript_too_large', /huge\.txt.*far larger/],
    ['is far too large behind a link', () => `${link}/huge.txt`, 'transcript_too_large', /far larger/],
    ['is too large when joined', () => 't/half.txt;t/half.txt', 'transcript_too_large', /120,001 bytes/],
    ['is there only in part', () => 't/call.vtt;t/none.txt', 'path_missing', /none\.txt/],
    ['is not at its link', () => `${link}/none.txt`, 'http_status', /404/],
    ['is no S3 link that can be read', () => 's3://bucket', 'invalid', /s3:/],
    ['lies in a private network', () => 'http://10.0.0.1/1.txt', 'egress_blocked', /not a public address/],
    ['is no name at all', () => ' ; ', 'path_missing', /names no transcript/],
  ];
  for (const [what, transcriptUrl, code, words] of refused) {
    it(`one that ${what} fails an interaction that has nothing else, with the reason`, async () => {
      const { text, transcriptFailure, status, failure, work } = await fetched({ transcriptUrl: transcriptUrl() });
      expect([text, status, work]).to.deep.equal([null, 'failed', []]);
      expect(failure.code).to.equal(code);
      expect(failure.message).to.match(words).and.not.contain('secret');
      expect(transcriptFailure).to.deep.equal(failure);
    });

    it(`one that ${what} is told beside a good recording, which is analysed`, async () => {
      const outcome = await fetched({ audio: '1.wav', transcriptUrl: transcriptUrl() });
      expect(outcome.transcriptFailure.code).to.equal(code);
      expect(outcome).to.deep.include({ text: null, status: 'queued', failure: null, work: ['analyse'] });
    });
  }

  it('is enough where the recording is missing', async () => {
    const outcome = await fetched({ audio: 'none.wav', transcriptUrl: 't/call.vtt' });
    expect(outcome).to.deep.equal({ text: '[00:03] Customer: Hello.', ...goesOn });
  });

  it('missing like the recording, the interaction fails by the recording’s reason and tells its own, too', async () => {
    const outcome = await fetched({ audio: 'none.wav', transcriptUrl: 't/none.txt' });
    expect(outcome.status).to.equal('failed');
    expect(outcome.failure.message).to.contain('none.wav');
    expect(outcome.transcriptFailure.message).to.contain('none.txt');
  });

  it('a server that is busy is asked again; what is here by then is kept and not fetched twice', async () => {
    const work = await claimed({ audio: `${link}/busy.txt`, transcriptUrl: `${link}/call.vtt` });
    for (const _ of [1, 2]) await throws(handler.run(work, never), 'http_unavailable');
    expect(asked.filter((name) => name === 'call.vtt')).to.have.lengthOf(1);
    expect(await outcomeOf(work)).to.deep.include({ text: '[00:03] Customer: Hello.', work: ['record'] });
    await handler.giveUp(work, { code: 'http_unavailable', message: 'busy' });
    expect(await outcomeOf(work)).to.deep.equal({ text: '[00:03] Customer: Hello.', ...goesOn });
  });

  it('given up, it fails the interaction that has nothing else, and not the one with a recording', async () => {
    const failure = { code: 'http_unavailable', message: 'busy all night' } as const;
    const alone = await claimed({ transcriptUrl: `${link}/busy.txt` });
    await throws(handler.run(alone, never), 'http_unavailable');
    await handler.giveUp(alone, failure);
    expect(await outcomeOf(alone)).to.deep.include({ status: 'failed', failure, work: [] });
    const heard = await claimed({ audio: '1.wav', transcriptUrl: `${link}/busy.txt` });
    await throws(handler.run(heard, never), 'http_unavailable');
    await handler.giveUp(heard, failure);
    const outcome = await outcomeOf(heard);
    expect(outcome).to.deep.include({ transcriptFailure: failure, status: 'queued', failure: null, work: ['analyse'] });
  });

  it('whose lease was lost writes nothing', async () => {
    const work = await claimed({ audio: `${link}/busy.txt`, transcriptUrl: 't/call.vtt' });
    await services.database.pool.query('UPDATE work SET claim = claim + 1 WHERE id = ?', [work.id]);
    await throws(handler.run(work, never), 'lease_lost');
    expect((await outcomeOf(work)).text).to.equal(null);
    const other = await claimed({ transcriptUrl: 't/call.vtt' });
    await services.database.pool.query('UPDATE work SET claim = claim + 1 WHERE id = ?', [other.id]);
    await throws(handler.run(other, never), 'lease_lost');
    expect(await outcomeOf(other)).to.deep.include({ text: null, work: ['record'] });
  });

  it('stops when it is told to, and leaves the transcript waiting', async () => {
    const work = await claimed({ transcriptUrl: 't/call.vtt' });
    const controller = new AbortController();
    controller.abort(new AppError('cancelled', 'stopping'));
    await throws(handler.run(work, controller.signal), 'cancelled');
    expect(await outcomeOf(work)).to.deep.include({ text: null, transcriptFailure: null, work: ['record'] });
  });

  it('is judged by, or named as the reason why nothing could be judged by it, also on the interaction’s page', async () => {
    const analyse = analyseHandler(services, {});
    const pageOf = async (row: WaitingRow) => {
      const work = await claimed(row);
      await handler.run(work, never);
      const [next] = await claimWork(services.database.pool, 'analyse', { limit: 1, leaseSeconds: 30 });
      if (!next) throw new Error('no analysis');
      await analyse.run(next, never);
      return showInteraction(services, accountId, admin, work.subject);
    };
    const good = await pageOf({ transcriptUrl: 't/call.srt' });
    expect([good.status, good.transcript_failure, good.analyses[0]?.final_score]).to.deep.equal([
      'completed',
      null,
      10,
    ]);
    expect(good.transcript).to.deep.equal([{ role: 'agent', text: 'Thank you for calling.', start_seconds: 1 }]);
    const bad = await pageOf({ audio: '1.wav', transcriptUrl: 't/page.txt' });
    expect([bad.status, bad.failure, bad.transcript]).to.deep.equal(['completed', null, []]);
    expect(bad.transcript_failure?.code).to.equal('not_transcript');
    expect(JSON.stringify(bad.analyses[0]?.score_card)).to.match(/The transcript is not here\. .*HTML page/);
  });

  it('two hundred at once all arrive, each in its own interaction', async () => {
    mkdirSync(join(sshd.directory, 'in/many'));
    const rows = Array.from({ length: 200 }, (_, i) => ({ transcriptUrl: `many/${i}.txt` }));
    for (const i of rows.keys()) writeFileSync(join(sshd.directory, `in/many/${i}.txt`), `Agent: ${i}`);
    const { ids } = await addWaitingRecordings(services, { accountId, connectorId }, rows);
    const work = await claimWork(services.database.pool, 'record', { limit: 200, leaseSeconds: 30 });
    await Promise.all(work.map((piece) => handler.run(piece, never)));
    for (const [i, id] of ids.entries()) {
      const [row] = await select('SELECT transcript_text FROM interaction WHERE id = ?', [id]);
      expect(row?.transcript_text).to.equal(`Agent: ${i}`);
    }
  });
});

async function throws(promise: Promise<unknown>, code: string): Promise<void> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => AppError.from(error),
  );
  expect(thrown?.code).to.equal(code);
}
