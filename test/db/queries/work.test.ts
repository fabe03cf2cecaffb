import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import { addWork, claimWork, listenForWork, type NewWork, postponeWork, settleWork } from '../../../db/queries/work.ts';
import { lockHeld } from '../../../db/queries/work-claim.ts';
import { renewClaims } from '../../../db/queries/workers.ts';
import { newId } from '../../../db/uuid.ts';
import type { Services } from '../../../server/services.ts';
import { testServices } from '../../harness/services.ts';

describe('work', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  afterEach(() => services.database.pool.query('DELETE FROM work'));

  const works = (count: number): NewWork[] =>
    Array.from({ length: count }, () => ({ kind: 'analyse', accountId: 1, subject: newId() }));
  const subjectsOf = (list: readonly { subject: Buffer }[]) => list.map(({ subject }) => subject);
  const hexOf = (list: readonly { subject: Buffer }[]) => list.map(({ subject }) => subject.toString('hex')).sort();

  it('that is claimed by name is what is named, due, free and of that kind, and no more than fits', async () => {
    const { pool } = services.database;
    const made = works(8);
    const [held, later, ...free] = made;
    if (!held || !later) throw new Error('none was made');
    await addWork(pool, made);
    await addWork(pool, [{ kind: 'record', accountId: 1, subject: later.subject }]);
    await claimWork(pool, 'analyse', { limit: 1, leaseSeconds: 60, subjects: [held.subject] });
    await pool.query("UPDATE work SET run_after = NOW(3) + INTERVAL 1 HOUR WHERE subject = ? AND kind = 'analyse'", [
      later.subject,
    ]);
    const named = [held, later, ...free.slice(0, 4), ...works(1)];
    const claimed = await claimWork(pool, 'analyse', { limit: 9, leaseSeconds: 60, subjects: subjectsOf(named) });
    expect(hexOf(claimed)).to.deep.equal(hexOf(free.slice(0, 4)));
    expect(claimed.every(({ claim, attempts }) => claim === 1 && attempts === 1)).to.equal(true);
    const few = await claimWork(pool, 'analyse', { limit: 1, leaseSeconds: 60, subjects: subjectsOf(free) });
    expect(few).to.have.length(1);
    expect(await claimWork(pool, 'analyse', { limit: 9, leaseSeconds: 60, subjects: [] })).to.deep.equal([]);
  });

  it('that was lost and claimed again is held by the newer claim alone, in whatever order both are asked for', async () => {
    const { pool } = services.database;
    await addWork(pool, works(1));
    const [lost] = await claimWork(pool, 'analyse', { limit: 1, leaseSeconds: 60 });
    if (!lost) throw new Error('nothing was claimed');
    const current = { ...lost, claim: lost.claim + 1 };
    await pool.query('UPDATE work SET claim = claim + 1');
    for (const list of [
      [lost, current],
      [current, lost],
    ])
      expect([...(await transaction(pool, (connection) => lockHeld(connection, list)))]).to.deep.equal([current]);
  });

  it('that two claim by the same names at once goes to one of them', async () => {
    const { pool } = services.database;
    const made = works(200);
    await addWork(pool, made);
    const claim = () => claimWork(pool, 'analyse', { limit: 200, leaseSeconds: 60, subjects: subjectsOf(made) });
    const sweep = () => claimWork(pool, 'analyse', { limit: 200, leaseSeconds: 60 });
    const claimed = (await Promise.all([claim(), sweep(), claim(), sweep()])).flat();
    const rest = await claim();
    expect(hexOf([...claimed, ...rest])).to.deep.equal(hexOf(made));
  });

  it('that was claimed by name cannot be settled once somebody else has it', async () => {
    const { pool } = services.database;
    const made = works(1);
    await addWork(pool, made);
    const claim = () => claimWork(pool, 'analyse', { limit: 1, leaseSeconds: 60, subjects: subjectsOf(made) });
    const [first] = await claim();
    expect(await claim()).to.deep.equal([]);
    await pool.query('UPDATE work SET run_after = NOW(3)');
    const [second] = await claim();
    if (!first || !second) throw new Error('it was not claimed');
    expect(await settleWork(pool, first)).to.equal(false);
    expect(await settleWork(pool, second)).to.equal(true);
  });

  it('that was put back for later stays so, whatever whoever had it still renews or settles', async () => {
    const { pool } = services.database;
    await addWork(pool, works(1));
    const [work] = await claimWork(pool, 'analyse', { limit: 1, leaseSeconds: 60 });
    if (!work) throw new Error('nothing was claimed');
    const failure = { code: 'http_unavailable', message: 'busy' } as const;
    expect(await postponeWork(pool, work, 3_600_000, failure)).to.equal(true);
    expect(await renewClaims(pool, [work], 30)).to.deep.equal([work]);
    expect(await postponeWork(pool, work, 1_000, failure)).to.equal(false);
    expect(await settleWork(pool, work)).to.equal(false);
    const [[row]] = await pool.query<RowDataPacket[]>(
      'SELECT attempts, TIMESTAMPDIFF(SECOND, NOW(3), run_after) AS seconds FROM work WHERE id = ?',
      [work.id],
    );
    expect(row?.attempts).to.equal(1);
    expect(row?.seconds).to.be.within(3_500, 3_600);
  });

  it('is told after its commit, and not when that fails', async () => {
    const { pool } = services.database;
    const told: string[] = [];
    listenForWork(pool, (list) => told.push(...hexOf(list)));
    const [one, two, undone] = [works(1), works(2), works(1)];
    await addWork(pool, one);
    expect(told).to.deep.equal(hexOf(one));
    await transaction(pool, async (connection) => {
      for (const each of two) await addWork(connection, [each]);
      expect(told).to.have.length(1);
    });
    expect(told.slice(1).sort()).to.deep.equal(hexOf(two));
    const failing = transaction(pool, async (connection) => {
      await addWork(connection, undone);
      throw new Error('no');
    });
    await failing.catch(() => undefined);
    expect(told).to.have.length(3);
  });
});
