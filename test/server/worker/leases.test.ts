import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { pino } from 'pino';
import { addWork, claimWork, type Work } from '../../../db/queries/work.ts';
import { newId } from '../../../db/uuid.ts';
import type { Services } from '../../../server/services.ts';
import { abortCauseOf } from '../../../server/worker/abort.ts';
import { type Leases, openLeases } from '../../../server/worker/leases.ts';
import { eventually } from '../../harness/eventually.ts';
import { testServices } from '../../harness/services.ts';

/** A pause of the machine must not end it. */
const leaseSeconds = 60;
/** Claimed so long ago that the next tick renews it. */
const dueMs = () => performance.now() - (leaseSeconds * 1000) / 3;

describe('the leases of a thread that lost a piece of work and claimed it again', () => {
  let services: Services;
  let leases: Leases;
  let lost: Work;
  let current: Work;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    const { pool } = services.database;
    leases = openLeases({ pool, leaseSeconds, log: services.log });
    await addWork(pool, [{ kind: 'analyse', accountId: 1, subject: newId() }]);
    lost = await claim();
    await pool.query('UPDATE work SET run_after = NOW(3) WHERE id = ?', [lost.id]);
    current = await claim();
  });
  afterEach(async () => {
    await leases.close();
    await services.database.pool.query('DELETE FROM work');
  });

  async function claim(): Promise<Work> {
    const [work] = await claimWork(services.database.pool, 'analyse', { limit: 1, leaseSeconds });
    if (!work) throw new Error('nothing was claimed');
    return work;
  }

  it('keep the new one when the old one ends', () => {
    leases.hold(lost, performance.now());
    leases.hold(current, performance.now());
    leases.drop(lost);
    expect(leases.held()).to.deep.equal([current]);
  });

  it('abort the old one alone', async () => {
    const old = leases.hold(lost, dueMs());
    const held = leases.hold(current, dueMs());
    await eventually('the old one aborted', async () => old.aborted);
    expect(abortCauseOf(old)).to.equal('lease_lost');
    expect(held.aborted).to.equal(false);
  });

  it('are renewed at once although several connections of the pool turn out to be lost', async () => {
    const said: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void said.push(line) });
    let lostConnections = 0;
    const pool = new Proxy(services.database.pool, {
      get(target, name) {
        if (name !== 'query') return Reflect.get(target, name);
        return async (sql: string, values?: unknown[]) => {
          if (!sql.startsWith('UPDATE work') || ++lostConnections > 5) return target.query(sql, values);
          throw Object.assign(new Error('lost'), { code: 'PROTOCOL_CONNECTION_LOST', fatal: true });
        };
      },
    });
    await services.database.pool.query('UPDATE work SET run_after = NOW(3) - INTERVAL 1 SECOND WHERE id = ?', [
      current.id,
    ]);
    const renewing = openLeases({ pool, leaseSeconds, log });
    const signal = renewing.hold(current, dueMs());
    await eventually('renewed', async () => {
      const [rows] = await pool.query<RowDataPacket[]>('SELECT run_after > NOW(3) AS is_kept FROM work');
      return rows[0]?.is_kept === 1;
    });
    await renewing.close();
    expect(signal.aborted).to.equal(false);
    expect(said).to.deep.equal([]);
  });
});
