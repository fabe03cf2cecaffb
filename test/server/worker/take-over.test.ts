import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import type { Services } from '../../../server/services.ts';
import { type Serving, serve } from '../../../server/worker/serve.ts';
import { eventually } from '../../harness/eventually.ts';
import { settingsOf, testServices } from '../../harness/services.ts';
import { addSubjects, ledgerHandler, openLedger } from './ledger.ts';

const leaseSeconds = 2;

describe('taking over', () => {
  let services: Services;
  let child: ChildProcess;
  let successor: Serving;

  before(async () => {
    services = await testServices({ leaseSeconds });
    await openLedger(services);
  });
  after(() => services.close());
  afterEach(async () => {
    child.kill('SIGKILL');
    await successor.stop();
    for (const table of ['work', 'done']) await services.database.pool.query(`DELETE FROM ${table}`);
  });

  const done = async () => (await services.database.pool.query<RowDataPacket[]>('SELECT * FROM done'))[0];

  /** A child that is in the middle of the one piece of work. */
  async function workingChild(): Promise<AsyncIterator<string>> {
    await addSubjects(services, 1);
    child = fork(new URL('./child.js', import.meta.url), [JSON.stringify(settingsOf(services))], { silent: true });
    if (!child.stdout) throw new Error('the child has no output');
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    expect((await lines.next()).value).to.equal('working');
    return lines;
  }

  async function takenOver(): Promise<RowDataPacket> {
    successor = serve(services, [ledgerHandler(services, { doer: 'successor' })], { pollMs: 100 });
    return eventually('taken over', async () => (await done())[0]);
  }

  it('happens after a worker was killed', async () => {
    await workingChild();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await takenOver()).to.deep.include({ doer: 'successor', times: 1 });
  });

  it('happens while a worker is frozen inside a transaction, and it writes nothing when it comes back', async () => {
    const lines = await workingChild();
    child.kill('SIGSTOP');
    expect(await takenOver()).to.deep.include({ doer: 'successor', times: 1 });
    child.kill('SIGCONT');
    expect((await lines.next()).value).to.equal('thrown out');
    expect(await done()).to.have.length(1);
    expect((await done())[0]).to.deep.include({ doer: 'successor', times: 1 });
  });
});
