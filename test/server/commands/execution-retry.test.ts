import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ExecutionShown } from '../../../server/jobs/show.ts';
import type { Services } from '../../../server/services.ts';
import { cqa, typed } from '../../harness/cqa.ts';
import { databaseUrlOf } from '../../harness/database.ts';
import { testAccount, testSecretKey, testServices } from '../../harness/services.ts';
import { type Sshd, startSshd } from '../../harness/sshd.ts';
import { linesOf, Runs, sftpConfig } from '../jobs/runs.ts';

describe('cqa execution log and retry', () => {
  let services: Services;
  let sshd: Sshd;
  let account: { id: number; uid: string };
  let environment: NodeJS.ProcessEnv;
  let failed: ExecutionShown & { id: Buffer };

  before(async () => {
    services = await testServices();
    sshd = await startSshd();
    account = await testAccount(services);
    environment = {
      ...process.env,
      DATABASE_URL: databaseUrlOf(services.database.address),
      CQA_DATA_DIR: services.config.dataDir,
      CQA_SECRET_KEY: testSecretKey,
      CQA_EGRESS_ALLOW: '127.0.0.0/8',
    };
    const runs = new Runs(services, account.id);
    const config = sftpConfig(sshd, { directory: join(sshd.directory, 'results') });
    const job = await runs.job('scores', 'data_export', [await runs.connector('results', 'export', 'sftp', config)]);
    runs.work();
    failed = await runs.run(job);
    await runs.stop();
  });
  after(async () => {
    await sshd.stop();
    await services.close();
  });
  const ofAccount = () => ['--account', account.uid, '--id', failed.execution_id];

  it('log prints a line for each thing that was said, as text or JSON', async () => {
    const { log } = await cqa<Pick<ExecutionShown, 'log'>>(environment, 'execution', 'log', ...ofAccount());
    expect(log).to.deep.equal(failed.log);
    const { stdout } = await typed(environment, 'execution', 'log', ...ofAccount());
    const lines = stdout.trimEnd().split('\n');
    expect(lines).to.have.length(log.length);
    expect(lines[0]).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z info {2}Started by ada@example\.test\.$/);
    expect(lines.at(-1)).to.match(/ error Nothing could be delivered\. 0 rows in 1 part\. results: /);
  });

  it('retry delivers what did not arrive and says how it ended; a second one is refused', async () => {
    mkdirSync(join(sshd.directory, 'results'));
    sshd.makeFolder('results');
    const retried = await cqa<{ execution_id: string; status: string }>(
      environment,
      ...['execution', 'retry', ...ofAccount(), '--wait'],
    );
    expect(retried).to.include({ status: 'success' });
    expect(readdirSync(join(sshd.directory, 'results'))).to.have.length(1);
    const shown = await cqa<ExecutionShown>(
      environment,
      ...['execution', 'show', '--account', account.uid, '--id', retried.execution_id],
    );
    expect(shown.retry_of).to.equal(failed.execution_id);
    expect(linesOf(shown)[0]).to.equal(
      `info: Started by cqa execution retry to do again what failed in ${failed.execution_id}.`,
    );
    const refused = await cqa(environment, 'execution', 'retry', ...ofAccount()).catch((error) => String(error));
    expect(refused).to.match(/taken over by the retry/);
  });
});
