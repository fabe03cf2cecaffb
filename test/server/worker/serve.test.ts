import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { addWork, claimWork, settleWork } from '../../../db/queries/work.ts';
import { renewClaims } from '../../../db/queries/workers.ts';
import { newId } from '../../../db/uuid.ts';
import { openServices, type Services } from '../../../server/services.ts';
import { abortCauseOf } from '../../../server/worker/abort.ts';
import type { WorkHandler } from '../../../server/worker/handler.ts';
import { type Serving, serve } from '../../../server/worker/serve.ts';
import { AppError } from '../../../shared/error.ts';
import { eventually } from '../../harness/eventually.ts';
import { settingsOf, testServices, withLease } from '../../harness/services.ts';
import { addSubjects, type LedgerOptions, ledgerHandler, openLedger } from './ledger.ts';

const leaseSeconds = 2;

describe('serve', () => {
  let services: Services;
  const serving: Serving[] = [];

  before(async () => {
    services = await testServices({ leaseSeconds });
    await openLedger(services);
  });
  after(() => services.close());
  afterEach(async () => {
    await Promise.all(serving.splice(0).map((each) => each.stop({ finishMs: 0, abortMs: 200 })));
    for (const table of ['work', 'done', 'given_up']) await services.database.pool.query(`DELETE FROM ${table}`);
  });

  const start = (options: LedgerOptions = {}, on = services) => begin(ledgerHandler(on, options), on);
  const begin = (handler: WorkHandler, on = services) => {
    const started = serve(on, [handler], { pollMs: 20, claimAhead: 2 });
    serving.push(started);
    return started;
  };
  const query = async (sql: string, values: unknown[] = []) =>
    (await services.database.pool.query<RowDataPacket[]>(sql, values))[0];
  const givenUp = (subject: Buffer | undefined) =>
    eventually('given up', async () => (await query('SELECT * FROM given_up WHERE subject = ?', [subject]))[0]);
  const allDone = (count: number) =>
    eventually(`${count} done`, async () => {
      const rows = await query('SELECT times, doer FROM done');
      return rows.length === count ? rows : undefined;
    });
  const failedOnce = (subject: Buffer | undefined) =>
    eventually(
      'a failed attempt',
      async () =>
        (
          await query(
            'SELECT *, run_after > NOW(3) AS is_later FROM work WHERE subject = ? AND last_error IS NOT NULL',
            [subject],
          )
        )[0],
    );
  const dueNow = () => query('UPDATE work SET run_after = NOW(3)');

  it('does every piece once, however many work at it', async () => {
    const other = await openServices(settingsOf(services));
    await addSubjects(services, 400);
    start({ doer: 'one', concurrency: 3 });
    start({ doer: 'other', concurrency: 5 }, other);
    const rows = await allDone(400);
    expect(rows.every(({ times }) => times === 1)).to.equal(true);
    expect(new Set(rows.map(({ doer }) => doer)).size).to.equal(2);
    expect(await query('SELECT 1 FROM work')).to.have.length(0);
    await Promise.all(serving.splice(0).map((each) => each.stop()));
    await other.close();
  });

  it('works on no more pieces at once than the handler allows', async () => {
    let most = 0;
    const inside: (() => void)[] = [];
    const leave = () => {
      for (const end of inside.splice(0)) end();
    };
    await addSubjects(services, 30);
    // Nobody leaves before three are in, and a fourth has had its chance.
    const during = () =>
      new Promise<void>((end) => {
        most = Math.max(most, inside.push(end));
        if (inside.length === 3) setImmediate(leave);
      });
    start({ concurrency: 3, during }, withLease(services, 60));
    await allDone(30);
    expect(most).to.equal(3);
  });

  it('keeps the lease of long work, so that nobody else takes it', async () => {
    await addSubjects(services, 1);
    let runs = 0;
    const long = async () => {
      runs++;
      await new Promise((resolve) => setTimeout(resolve, 6_500));
    };
    const patient = withLease(services, 5);
    start({ during: long }, patient);
    start({ during: long }, patient);
    const [row] = await allDone(1);
    expect(row?.times).to.equal(1);
    expect(runs).to.equal(1);
  });

  it('tells whoever lost the lease, and takes nothing from it', async () => {
    const [subject] = await addSubjects(services, 1);
    let tell: (cause: string | undefined) => void = () => undefined;
    const told = new Promise<string | undefined>((resolve) => {
      tell = resolve;
    });
    start({
      doer: 'loser',
      during: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            tell(abortCauseOf(signal));
            reject(signal.reason);
          });
        }),
    });
    await eventually('claimed', async () => (await query('SELECT 1 FROM work WHERE claim > 0'))[0]);
    await query('UPDATE work SET claim = 1000, run_after = NOW(3) + INTERVAL 1 HOUR');
    expect(await told).to.equal('lease_lost');
    const [row] = await query('SELECT claim, last_error FROM work WHERE subject = ?', [subject]);
    expect(row).to.deep.include({ claim: 1000, last_error: null });
  });

  it('fences a late settle: what comes after the lease is void', async () => {
    const { pool } = services.database;
    await addSubjects(services, 1);
    const [first] = await claimWork(pool, 'analyse', { limit: 1, leaseSeconds: 60 });
    await dueNow();
    const [second] = await claimWork(pool, 'analyse', { limit: 1, leaseSeconds: 60 });
    if (!first || !second) throw new Error('nothing was claimed');
    expect(await renewClaims(pool, [first], 60)).to.have.length(1);
    expect(await settleWork(pool, first)).to.equal(false);
    expect(await settleWork(pool, second)).to.equal(true);
  });

  it('begins what it has claimed also where the database fails right after that', async () => {
    const { database } = services;
    await addSubjects(services, 6);
    await query('UPDATE work SET attempts = 1');
    let hasFailed = false;
    // A connection that is lost between the claim and the question how earlier attempts failed.
    const pool = new Proxy(database.pool, {
      get(target, name) {
        if (name !== 'query') return Reflect.get(target, name);
        return async (sql: string, values?: unknown[]) => {
          const isLookBack = sql.includes('last_error IS NOT NULL');
          if (!isLookBack || hasFailed) return target.query(sql, values);
          hasFailed = true;
          throw Object.assign(new Error('lost'), { code: 'PROTOCOL_CONNECTION_LOST', fatal: true });
        };
      },
    });
    start({}, { ...services, database: { ...database, pool } });
    await allDone(6);
    expect(hasFailed).to.equal(true);
  });

  it('gives up at once on a configuration error, in its words', async () => {
    const [subject] = await addSubjects(services, 1);
    const refused = () => Promise.reject(new AppError('sign_in_refused', 'The password is wrong.'));
    start({ during: refused });
    expect(await givenUp(subject)).to.deep.include({ code: 'sign_in_refused', message: 'The password is wrong.' });
  });

  it('tries a transient failure again later, and gives up after the last attempt', async () => {
    const [subject] = await addSubjects(services, 1);
    let attempts = 0;
    start({
      maxAttempts: 2,
      during() {
        attempts++;
        return Promise.reject(new AppError('host_timeout', 'The host did not answer.'));
      },
    });
    const row = await failedOnce(subject);
    expect(row).to.deep.include({ attempts: 1, is_later: 1 });
    expect(JSON.parse(row.last_error).code).to.equal('host_timeout');
    await dueNow();
    expect((await givenUp(subject)).code).to.equal('host_timeout');
    expect(attempts).to.equal(2);
  });

  it('gives a failure of its own a trace id after a few attempts', async () => {
    const [subject] = await addSubjects(services, 1);
    start({ maxAttempts: 9, during: () => Promise.reject(new TypeError('x is not a function')) });
    await failedOnce(subject);
    const hurry = setInterval(() => void dueNow(), 50);
    const { code, message } = await givenUp(subject).finally(() => clearInterval(hurry));
    expect(code).to.equal('internal');
    expect(message).to.match(/Trace id: [0-9a-f]{8}\.$/);
  });

  it('does not count an attempt whose lease was lost', async () => {
    const [subject] = await addSubjects(services, 1);
    await query('UPDATE work SET attempts = 4');
    start({
      during: (_, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    });
    const attempts = async () => (await query('SELECT attempts FROM work WHERE subject = ?', [subject]))[0]?.attempts;
    await eventually('claimed', async () => (await attempts()) > 4);
    await query('UPDATE work SET claim = claim + 1, run_after = NOW(3) + INTERVAL 1 HOUR');
    await eventually('taken back', async () => (await attempts()) === 4);
  });

  const connectionLost = () =>
    Promise.reject(Object.assign(new Error('lost'), { code: 'PROTOCOL_CONNECTION_LOST', fatal: true }));
  const uncountedNow = () => query('UPDATE work SET run_after = NOW(3) WHERE attempts = 0');

  it('does not count attempts that failed because the connection to the database was lost', async () => {
    await addSubjects(services, 1);
    let runs = 0;
    start({ maxAttempts: 2, during: () => (++runs < 5 ? connectionLost() : Promise.resolve()) });
    const hurry = setInterval(() => void uncountedNow(), 50);
    await allDone(1).finally(() => clearInterval(hurry));
    expect(runs).to.equal(5);
  });

  it('gives up in the end what loses its connection every time', async () => {
    const [subject] = await addSubjects(services, 1);
    let runs = 0;
    start({
      maxAttempts: 2,
      during() {
        runs++;
        return connectionLost();
      },
    });
    const hurry = setInterval(() => void (runs > 5 ? dueNow() : uncountedNow()), 50);
    const { code } = await givenUp(subject).finally(() => clearInterval(hurry));
    expect(code).to.equal('database_unavailable');
    expect(runs).to.be.above(5);
  });

  it('gives up work whose worker died at every attempt, without another one', async () => {
    const [subject] = await addSubjects(services, 1);
    await query('UPDATE work SET attempts = 5');
    let runs = 0;
    start({
      maxAttempts: 5,
      during() {
        runs++;
        return Promise.resolve();
      },
    });
    expect((await givenUp(subject)).message).to.contain('5 times');
    expect(runs).to.equal(0);
  });

  it('gives back at a stop what has not ended, at once due and the attempt not counted', async () => {
    const [subject] = await addSubjects(services, 1);
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const stuck = start({
      during() {
        begin();
        return new Promise(() => undefined);
      },
    });
    await begun;
    await stuck.stop({ finishMs: 50, abortMs: 50 });
    const [row] = await query('SELECT *, run_after <= NOW(3) AS is_due FROM work WHERE subject = ?', [subject]);
    expect(row).to.deep.include({ attempts: 0, is_due: 1, last_error: null });
    expect(row?.claim, 'the token moved on').to.equal(2);
  });

  it('lets work end at a stop, and begins none', async () => {
    await addSubjects(services, 10);
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let begun = 0;
    const during = () => {
      begun++;
      return held;
    };
    const running = start({ concurrency: 2, during });
    await eventually('begun', () => begun > 0);
    const stopped = running.stop();
    letGo();
    await stopped;
    const done = await query('SELECT 1 FROM done');
    const left = await query('SELECT attempts, run_after <= NOW(3) AS is_due FROM work');
    expect(done.length).to.be.within(1, 2);
    expect(done.length + left.length).to.equal(10);
    expect(left.every(({ attempts, is_due }) => attempts === 0 && is_due === 1)).to.equal(true);
  });

  it('goes on by itself after the database had dropped its connections', async () => {
    start();
    // Asks on one that is not dropped: for a moment the pool may still give one that was.
    const own = await services.database.pool.getConnection();
    const ask = async (sql: string) => (await own.query<RowDataPacket[]>(sql))[0];
    for (const { Id, db } of await ask('SHOW PROCESSLIST'))
      if (db === services.database.address.database && Id !== own.threadId)
        await ask(`KILL ${Id}`).catch(() => undefined);
    await addWork(
      own,
      Array.from({ length: 5 }, () => ({ kind: 'analyse' as const, accountId: 1, subject: newId() })),
    );
    await eventually('5 done', async () => (await ask('SELECT 1 FROM done')).length === 5);
    own.release();
  });
});
