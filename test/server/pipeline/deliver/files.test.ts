import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { transaction } from '../../../../db/database.ts';
import { insertParts } from '../../../../db/queries/reports.ts';
import type { Services } from '../../../../server/services.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { type Sshd, startSshd } from '../../../harness/sshd.ts';
import { linesOf, Runs, sftpConfig } from '../../jobs/runs.ts';

describe('a report’s file on its way', () => {
  let services: Services;
  let sshd: Sshd;
  let runs: Runs;
  const said: Record<string, unknown>[] = [];
  before(async () => {
    const log = pino({ level: 'info' }, { write: (line: string) => void said.push(JSON.parse(line)) });
    services = { ...(await testServices()), log };
    sshd = await startSshd();
    runs = new Runs(services, (await testAccount(services)).id);
  });
  after(async () => {
    await runs.stop();
    await sshd.stop();
    await services.close();
  });

  async function* once(text: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }

  it('is the one that was written: another of its size and name is not delivered, and the old one stays', async () => {
    const connector = await runs.connector('results', 'export', 'sftp', sftpConfig(sshd));
    const id = await runs.trigger(await runs.job('scores', 'data_export', [connector]));
    const storageKey = `reports/${id.toString('hex')}/1`;
    const stored = await services.storage.put(storageKey, once('C-1,10\r\n'));
    const part = { part: 1, fileName: 'scores.csv', storageKey, rowCount: 1, ...stored };
    await transaction(services.database.pool, (connection) => insertParts(connection, runs.accountId, id, [part]));
    await services.storage.put(storageKey, once('C-1,99\r\n'));
    writeFileSync(join(sshd.directory, 'scores.csv'), 'old');

    runs.work();
    const shown = await runs.ended(id);
    expect(shown).to.include({ status: 'delivery_failed' });
    expect(shown.error).to.include({ code: 'sealed_data_damaged' });
    expect(shown.error?.message).to.contain('scores.csv is not the one that was written');
    expect(readdirSync(sshd.directory)).to.deep.equal(['scores.csv']);
    expect(readFileSync(join(sshd.directory, 'scores.csv'), 'utf8')).to.equal('old');
    const line = linesOf(shown).at(-2);
    expect(line).to.match(/^error: scores\.csv could not be delivered to results/);
    const [, traceId] = /Trace id: ([0-9a-f]{8})\./.exec(shown.error?.message ?? '') ?? [];
    expect(traceId, 'the fault is ours').to.be.a('string');
    expect(line).to.contain(`Trace id: ${traceId}.`);
    expect(said.find((each) => each.traceId === traceId)).to.include({
      ...{ level: 50, execution: id.toString('hex'), destination: 'results' },
    });
  });
});
