import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { settingsOf } from '../../../harness/services.ts';
import { csvOf, type IngestKit, ingestKit } from './ingest-kit.ts';

const program = fileURLToPath(new URL('./child.js', import.meta.url));

/** Good, bad and repeated rows, so that every count has to be right. */
function mixedRows(): string {
  const lines = [...csvOf(40_000)].map((line) => line.trimEnd());
  for (let index = 100; index < lines.length; index += 1000) {
    lines[index] = 'broken,row';
    lines[index + 1] = lines[index - 50] ?? '';
  }
  return `${lines.join('\n')}\n`;
}

describe('a file job whose process is lost', () => {
  let kit: IngestKit;
  before(async () => {
    kit = await ingestKit();
  });
  after(() => kit.close());

  /** Works on the job in a process that is ended without a warning once it has said so often that rows are stored. */
  async function killAfter(chunks: number): Promise<void> {
    const { config, ...settings } = settingsOf(kit.services);
    const input = JSON.stringify({ ...settings, config: { ...config, logLevel: 'debug' } });
    const running = spawn(process.execPath, [program, input]);
    const gone = once(running, 'close');
    let stored = 0;
    for await (const line of createInterface(running.stderr))
      if (line.includes('rows stored') && ++stored === chunks) running.kill('SIGKILL');
    await gone;
    expect(running.signalCode).to.equal('SIGKILL');
    await kit.select('UPDATE work SET run_after = NOW(3)');
  }

  async function resultOf(jobId: Buffer) {
    const { status, total_rows, accepted, rejected } = await kit.job(jobId);
    const stored = await kit.interactions();
    const listed = await kit.select(
      'SELECT j.line, i.external_id FROM ingress_job_interaction j JOIN interaction i ON i.id = j.interaction_id WHERE j.job_id = ? ORDER BY j.line',
      [jobId],
    );
    return {
      job: { status, total_rows, accepted, rejected },
      stored: stored.map(({ external_id, source_line, metadata }) => [`${external_id}`, source_line, metadata]),
      listed: listed.map(({ line, external_id }) => [line, `${external_id}`]),
      rejected: (await kit.rejected(jobId)).map(({ line, code, reason }) => [line, code, reason]),
      told: (await kit.select('SELECT event FROM webhook_delivery WHERE account_id = ?', [kit.accountId])).length,
    };
  }

  it('ends, when it is worked on again, exactly as one that was never disturbed', async () => {
    const file_url = kit.serve('/a.csv', mixedRows());
    const request = { file_url, callback_url: 'https://job.example/x' };
    await kit.renewAccount();
    const expected = await resultOf((await kit.run(request)).id);
    await kit.renewAccount();
    const id = await kit.create(request);
    // Four of eight: a kill may come a chunk late.
    for (const chunks of [1, 1, 2]) await killAfter(chunks);
    const halfway = await kit.job(id);
    expect(halfway.status).to.equal('processing');
    await kit.work();
    const result = await resultOf(id);
    expect(result.job).to.deep.equal({ status: 'completed', total_rows: 40_000, accepted: 39_920, rejected: 80 });
    expect(result).to.deep.equal(expected);
    expect(result.told).to.equal(39_921);
    expect(readdirSync(join(kit.services.config.dataDir, 'scratch'))).to.deep.equal([]);
  });

  it('whose file is another one by then fails, and what was stored stays counted', async () => {
    await kit.renewAccount();
    const file_url = kit.serve('/b.csv', [...csvOf(20_000)].join(''));
    const id = await kit.create({ file_url });
    await killAfter(1);
    kit.serve('/b.csv', [...csvOf(20_000, 'G')].join(''));
    await kit.work();
    const job = await kit.job(id);
    expect([job.status, job.error.code]).to.deep.equal(['failed', 'conflict']);
    expect(job.accepted).to.be.greaterThan(0).and.lessThan(20_000);
    expect(await kit.interactions()).to.have.length(job.accepted);
  });
});
