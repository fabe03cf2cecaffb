import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cqa, cqaAfterKill } from '../../../harness/cqa.ts';
import { eventually } from '../../../harness/eventually.ts';
import { scratchFolder } from '../../../harness/folders.ts';
import { type Product, startProduct } from '../../../harness/product.ts';
import { openSesServer, type SesServer } from '../../email/ses-server.ts';
import { from } from './mail-kit.ts';

const configuration = `connectors:
  - { name: boss, direction: export, type: email, config: { address: boss@killed.example } }
jobs:
  - name: scores
    type: data_export
    connectors: [boss]
    schedule: { frequency: monthly, day: last }
    report: { columns: [external_interaction_id, final_score] }
`;

describe('a program that is killed while Amazon SES takes a mail', () => {
  let ses: SesServer;
  let product: Product;
  before(async () => {
    ses = await openSesServer();
  });
  after(async () => {
    await product?.stop();
    await ses.close();
  });

  const dataDir = scratchFolder('product');
  const start = () =>
    startProduct({
      dataDir,
      environment: {
        ...{ CQA_EMAIL_FROM: from, CQA_LEASE_SECONDS: '2', AWS_ENDPOINT_URL_SES: ses.settings.endpoint },
        ...{ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'for tests' },
      },
    });
  const call = <T>(...words: string[]) => cqa<T>(product.environment, ...words);

  it('sends it once more when it is there again, and no oftener', async () => {
    product = await start();
    const words = ['--name', 'Killed', '--admin-email', 'admin@killed.example', '--admin-password', 'long enough!'];
    const { account_id: account } = await call<{ account_id: string }>('account', 'create', ...words);
    const file = join(scratchFolder('yaml'), 'line.yaml');
    writeFileSync(file, configuration);
    await call('apply', '--account', account, '-f', file);
    // Taken, and the answer is on its way for ever.
    ses.refuse(() => undefined);
    const run = await call<{ execution_id: string }>('job', 'run', '--account', account, '--name', 'scores');
    await eventually('the mail', () => ses.calls === 1);
    await product.kill();

    product = await start();
    const shown = await eventually('the end', async () => {
      const show = ['execution', 'show', '--account', account, '--id', run.execution_id];
      const found = await cqaAfterKill<{ status: string; counts: unknown }>(product.environment, ...show);
      return found?.status === 'success' && found;
    });
    expect(shown.counts).to.deep.equal({ rows: 0, parts: 1 });
    expect(ses.calls).to.equal(2);
    expect(ses.sent.map(({ to }) => to)).to.deep.equal([['boss@killed.example']]);
  });
});
