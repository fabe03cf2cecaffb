import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { uuidText } from '../../../../db/uuid.ts';
import { ingestHandler } from '../../../../server/pipeline/ingest/ingest.ts';
import { openEgress } from '../../../../server/security/egress.ts';
import { serve } from '../../../../server/worker/serve.ts';
import { AppError } from '../../../../shared/error.ts';
import { eventually } from '../../../harness/eventually.ts';
import { csvOf, type IngestKit, ingestKit } from './ingest-kit.ts';

const head = 'external_interaction_id,channel_type,transcript_text';

describe('a file job', () => {
  let kit: IngestKit;
  before(async () => {
    kit = await ingestKit();
  });
  beforeEach(() => kit.renewAccount());
  after(() => kit.close());

  it('stores the good rows, reports the bad ones, and lists what it accepted', async () => {
    const file_url = kit.serve('/a.csv', `${head}\nA-1,CHAT,hello\nA-2,,hello\nA-3,CHAT,hi\nA-1,CHAT,again\n`);
    const job = await kit.run({ file_url });
    expect(job).to.include({ status: 'completed', total_rows: 4, accepted: 2, rejected: 2, error: null });
    const rejected = await kit.rejected(job.id);
    expect(rejected.map(({ line, code, external_id }) => [line, code, external_id.toString()])).to.deep.equal([
      [3, 'missing_field', 'A-2'],
      [5, 'duplicate', 'A-1'],
    ]);
    const listed = await kit.select(
      'SELECT line, interaction_id FROM ingress_job_interaction WHERE job_id = ? ORDER BY line',
      [job.id],
    );
    const stored = await kit.interactions();
    expect(listed.map(({ line, interaction_id }) => [line, interaction_id.toString('hex')])).to.deep.equal(
      stored.map(({ source_line, id }) => [source_line, id.toString('hex')]),
    );
    expect(stored.every(({ connector_id }) => connector_id === 0)).to.equal(true);
    expect(await kit.select('SELECT 1 FROM work WHERE subject = ?', [job.id])).to.have.length(0);
  });

  it('that has ended keeps nothing of its request, whose link may be a permission', async () => {
    const good = await kit.run({ file_url: kit.serve('/signed.csv?signature=private', `${head}\nS-1,CHAT,hi\n`) });
    const bad = await kit.run({ file_url: `${kit.url}/none.csv?signature=private` });
    expect([good.status, bad.status]).to.deep.equal(['completed', 'failed']);
    for (const job of [good, bad]) {
      expect(job.request).to.equal(null);
      expect(JSON.stringify(job)).to.not.contain('private');
    }
  });

  it('stores the same interactions from CSV and from NDJSON, packed or not', async () => {
    const fields = [
      'external_interaction_id',
      'channel_type',
      'interaction_start_time',
      'duration_seconds',
      'pii_redacted',
      'audio_url',
      'transcript_text',
      'Agent',
      'Téam',
    ];
    const rows = [
      ['X-1', 'VOICE', '2026-11-03T09:15:00', '61', 'true', 'https://a.example/1.wav', '', 'Asha', 'Süd'],
      ['X-2', 'CHAT', '', '', '', '', 'Agent: "hello"\nCustomer: hi', '', 'n'],
      ['X-3', 'CHAT', 'never', '', '', '', 'hello', '', ''],
    ];
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const csv = `\uFEFF${[fields, ...rows].map((row) => row.map(quoted).join(',')).join('\r\n')}`;
    const object = (row: string[]) => Object.fromEntries(fields.map((name, i) => [name, row[i]]));
    const typed = { ...object(rows[0] ?? []), duration_seconds: 61, pii_redacted: true };
    const ndjson = `\uFEFF${[typed, ...rows.slice(1).map(object)].map((row) => JSON.stringify(row)).join('\r\n')}`;
    const results = [];
    for (const [format, content] of [
      ['csv', csv],
      ['ndjson', ndjson],
    ] as const)
      for (const bytes of [Buffer.from(content), gzipSync(content)]) {
        await kit.renewAccount();
        const job = await kit.run({ file_url: kit.serve('/x', bytes), format, metadata: { batch: 7 }, source: 'pbx' });
        const stored = await kit.interactions();
        results.push([
          [job.status, job.total_rows, job.accepted, job.rejected],
          stored.map(
            ({
              external_id,
              metadata,
              occurred_at,
              duration_seconds,
              pii_redacted,
              source,
              transcript_text,
              content_hash,
            }) =>
              [
                external_id,
                metadata,
                duration_seconds === null ? null : occurred_at,
                duration_seconds,
                pii_redacted,
                source,
                transcript_text,
                content_hash,
              ].map(String),
          ),
        ]);
      }
    expect(results[0]).to.have.deep.property('0', ['completed', 3, 2, 1]);
    for (const result of results) expect(result).to.deep.equal(results[0]);
    expect(JSON.stringify(results)).to.contain('batch');
  });

  it('gives rows that leave them empty its source, redaction, callback and metadata; the row’s own win', async () => {
    const file_url = kit.serve(
      '/d.csv',
      `${head},source,pii_redacted,callback_url,Team,Zone\nD-1,CHAT,hi,,,,,\nD-2,CHAT,hi,own,false,https://own.example/x,South,\n`,
    );
    const job = await kit.run({
      file_url,
      ...{ source: 'pbx', pii_redacted: true, callback_url: 'https://job.example/x' },
      metadata: { team: 'North', vip: true },
      column_mapping: { ' ZONE ': 'area' },
    });
    expect(job).to.include({ accepted: 2 });
    const rows = await kit.interactions();
    expect(
      rows.map(({ source, pii_redacted, callback_url, metadata }) => [source, pii_redacted, callback_url, metadata]),
    ).to.deep.equal([
      ['pbx', 1, 'https://job.example/x', '{"team":"North","vip":true}'],
      ['own', 0, 'https://own.example/x', '{"team":"South","vip":true}'],
    ]);
    const told = await kit.select(
      'SELECT event, url, payload FROM webhook_delivery WHERE account_id = ? ORDER BY event, url',
      [kit.accountId],
    );
    expect(told.map(({ event, url }) => [event, url])).to.deep.equal([
      ['FILE_INGESTION_COMPLETED', 'https://job.example/x'],
      ['INTERACTION_INGESTED', 'https://job.example/x'],
      ['INTERACTION_INGESTED', 'https://own.example/x'],
    ]);
    expect(JSON.parse(told[0]?.payload).data).to.deep.equal({
      fileJobId: uuidText(job.id),
      status: 'completed',
      ...{ totalRows: 2, accepted: 2, rejected: 0 },
      completedAt: job.completed_at.toISOString(),
      errors: [],
    });
  });

  it('tells a hundred errors at most at its end', async () => {
    const rows = Array.from({ length: 150 }, (_, i) => `E-${i},,\n`).join('');
    const job = await kit.run({
      file_url: kit.serve('/e.csv', `${head}\n${rows}`),
      callback_url: 'https://job.example/x',
    });
    expect(job).to.include({ status: 'completed', accepted: 0, rejected: 150 });
    const [told] = await kit.select('SELECT payload FROM webhook_delivery WHERE account_id = ?', [kit.accountId]);
    const { errors } = JSON.parse(told?.payload).data;
    expect(errors).to.have.length(100);
    expect(errors[0]).to.deep.equal({ row: 2, reason: 'channel_type is empty; every row needs it.' });
  });

  it('that comes a second time has every row rejected as a duplicate, and is completed', async () => {
    const file_url = kit.serve('/again.csv', [...csvOf(12_000)].join(''));
    expect(await kit.run({ file_url })).to.include({ status: 'completed', accepted: 12_000, rejected: 0 });
    expect(await kit.run({ file_url })).to.include({ status: 'completed', accepted: 0, rejected: 12_000 });
  });

  it('takes whatever characters JSON can hold, and finds them again', async () => {
    const ids = [
      'nul\u0000',
      'tab\t',
      'line\nfeed\r',
      '\\N',
      'quote\'"',
      '\u{1f600}',
      '\ufffd',
      '\ufeffmark',
      'e\u0301',
      'é',
    ];
    const rows = ids.map((id) => ({
      external_interaction_id: id,
      channel_type: 'CHAT',
      transcript_text: id,
      [id]: id,
    }));
    const file_url = kit.serve('/odd.ndjson', rows.map((row) => JSON.stringify(row)).join('\n'));
    expect(await kit.run({ file_url, format: 'ndjson' })).to.include({ accepted: ids.length, rejected: 0 });
    const stored = await kit.interactions();
    expect(stored.map(({ external_id }) => external_id.toString())).to.have.members(ids);
    expect(stored.map(({ transcript_text }) => transcript_text)).to.have.members(ids);
    expect(await kit.run({ file_url, format: 'ndjson' })).to.include({ status: 'completed', rejected: ids.length });
  });

  it('stores as many rows as the account’s cap leaves room for', async () => {
    await kit.select('UPDATE account SET daily_cap = 3 WHERE id = ?', [kit.accountId]);
    const job = await kit.run({ file_url: kit.serve('/cap.csv', [...csvOf(5)].join('')) });
    expect(job).to.include({ status: 'completed', accepted: 3, rejected: 2 });
    expect((await kit.rejected(job.id)).map(({ code }) => code)).to.deep.equal(['cap_exceeded', 'cap_exceeded']);
  });

  const failures: [string, string | Buffer, string, RegExp][] = [
    ['is empty', '', 'csv', /empty/],
    ['has no header that we know', 'a,b\n1,2\n', 'csv', /no column external_interaction_id/],
    ['is a ZIP archive', Buffer.from('PK\x03\x04rest of it'), 'csv', /ZIP/],
    ['is a damaged gzip file', gzipSync(head).subarray(0, 30), 'csv', /gzip.*damaged/],
    ['is one JSON list', '[{"external_interaction_id":"1"}]', 'ndjson', /JSON list/],
  ];
  for (const [what, content, format, words] of failures)
    it(`whose file ${what} fails at once, in words, and tells so`, async () => {
      const job = await kit.run({ file_url: kit.serve('/f', content), format, callback_url: 'https://job.example/x' });
      expect(job).to.include({ status: 'failed', total_rows: 0 });
      expect(job.error.message).to.match(words);
      const [told] = await kit.select('SELECT payload FROM webhook_delivery WHERE account_id = ?', [kit.accountId]);
      expect(JSON.parse(told?.payload).data.status).to.equal('failed');
    });

  it('whose file is missing fails at once; one that cannot be had for the moment is tried again', async () => {
    expect((await kit.run({ file_url: `${kit.url}/none.csv` })).error.message).to.match(/missing/);
    let calls = 0;
    const file_url = kit.serve('/busy.csv', (_, response) => {
      if (++calls < 3) response.writeHead(503).end();
      else response.end(`${head}\nB-1,CHAT,hi\n`);
    });
    expect(await kit.run({ file_url })).to.include({ status: 'completed', accepted: 1 });
    expect(calls).to.equal(3);
  });

  it('whose file cannot be had for good fails in the end, with the last reason', async () => {
    const file_url = kit.serve('/down.csv', (_, response) => response.writeHead(503).end());
    const job = await kit.run({ file_url });
    expect(job.error).to.deep.include({ code: 'http_unavailable' });
  });

  it('whose link redirects into a private network, or whose name leads there by now, fails', async () => {
    const redirecting = kit.serve('/r', (_, response) =>
      response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
    );
    expect((await kit.run({ file_url: redirecting })).error).to.have.property('code', 'egress_blocked');
    const answers = ['93.184.216.34', '169.254.169.254'];
    const lookUp = async () => [{ address: answers.shift() ?? '127.0.0.1', family: 4 }];
    const services = { ...kit.services, egress: openEgress([], lookUp) };
    const original = kit.services.egress;
    kit.services.egress = services.egress;
    const job = await kit.run({ file_url: 'http://rebinding.example/a.csv' }, services).finally(() => {
      kit.services.egress = original;
    });
    expect(job.error).to.have.property('code', 'egress_blocked');
  });

  it('is refused at once where its link is none, leads into a private network, or names nobody', async () => {
    const egress = kit.services.egress;
    kit.services.egress = openEgress([]);
    const links = [
      'http://127.0.0.1/a',
      'https://[::1]/a',
      'http://10.1.2.3/',
      'http://169.254.169.254/latest/meta-data/',
      'http://localhost/a',
      'http://2130706433/',
      'http://0x7f.1/',
      'http://[::ffff:127.0.0.1]/',
      'file:///etc/passwd',
      'ftp://host/a',
      'nothing',
      's3://bucket',
      's3://Bad_Bucket/key',
      'http://name.invalid/',
    ];
    for (const file_url of links) {
      const refusal = await kit.create({ file_url }).catch((error) => error);
      expect(refusal, file_url).to.be.instanceOf(AppError);
      expect([refusal.code, refusal.field], `${file_url}: ${refusal.message}`).to.deep.equal(['invalid', 'file_url']);
    }
    kit.services.egress = egress;
  });

  it('does not wait for those of another account whose servers are slow', async () => {
    const hanging: ServerResponse[] = [];
    const slow = kit.serve('/slow.csv', (_, response) => void hanging.push(response));
    for (let i = 0; i < 5; i++) await kit.create({ file_url: slow });
    await kit.renewAccount();
    const id = await kit.create({ file_url: kit.serve('/quick.csv', [...csvOf(3)].join('')) });
    const serving = serve(kit.services, [ingestHandler(kit.services)], { pollMs: 50 });
    try {
      await eventually('completed', async () => (await kit.job(id)).status === 'completed');
      expect(hanging).to.have.length(2);
    } finally {
      await serving.stop({ finishMs: 0 });
      await kit.select('DELETE FROM work');
    }
  });

  it('is the sixth unfinished one of its account: refused, however many ask at once', async () => {
    const file_url = `${kit.url}/none.csv`;
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => kit.create({ file_url })));
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    expect(refused).to.have.length(15);
    for (const { code, message } of refused)
      expect([code, message]).to.satisfy(() => code === 'too_many_jobs' && /5 file jobs/.test(message));
    await kit.work();
    await kit.create({ file_url });
    await kit.work();
  });
});
