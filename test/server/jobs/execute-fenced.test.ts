import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { saveProgress } from '../../../db/queries/source-items.ts';
import { leaveItems, writeAfterState } from '../../../db/queries/source-ledger.ts';
import type { ConnectorType } from '../../../server/connectors/connector.ts';
import type { LoadedConnector } from '../../../server/connectors/load.ts';
import { runExport } from '../../../server/pipeline/export.ts';
import { runImport } from '../../../server/pipeline/import/import.ts';
import type { ExecutionRun } from '../../../server/pipeline/run.ts';
import type { Services } from '../../../server/services.ts';
import { AppError } from '../../../shared/error.ts';
import { testServices } from '../../harness/services.ts';
import { type ImportKit, importKit, rowsOf } from '../pipeline/import/import-kit.ts';
import { claimRun, startExecution } from '../pipeline/import/import-run.ts';
import { reportConfig } from '../reports/seed.ts';

const tables = ['execution', 'source_item', 'waiting_item', 'interaction', 'rejected_row', 'delivery'];

describe('a run that goes on after its lease was lost', () => {
  let services: Services;
  let kit: ImportKit;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    kit = await importKit(services, { after_success: 'move' });
  });

  const query = async (sql: string, values: unknown[] = []) =>
    (await services.database.pool.query<RowDataPacket[]>(sql, values))[0];
  const lose = (id: Buffer) => query('UPDATE work SET claim = claim + 1 WHERE subject = ?', [id]);
  const contents = async () => Promise.all(tables.map((table) => query(`SELECT * FROM ${table}`)));
  const refused = (attempt: Promise<unknown>) =>
    attempt.then(
      () => undefined,
      (error) => error,
    );

  for (const step of ['list', 'store', 'deliver'])
    it(`writes nothing of its import from the step ${step} on`, async () => {
      kit.put('a.csv', rowsOf(30));
      kit.put('b.csv.part', rowsOf(3));
      const id = await startExecution(services, kit.accountId);
      const run = await claimRun(services, kit.connector, id);
      let before: unknown;
      const stopped = await refused(
        runImport({
          ...run,
          async step(name) {
            if (name !== step) return;
            await lose(id);
            before = await contents();
          },
        }),
      );
      expect(stopped).to.deep.include({ code: 'lease_lost' });
      expect(before, 'it came to the step').to.not.equal(undefined);
      expect(await contents()).to.deep.equal(before);
    });

  it('leaves counts and items as who has it now wrote them', async () => {
    kit.put('a.csv', rowsOf(5));
    const id = await startExecution(services, kit.accountId);
    const run = await claimRun(services, kit.connector, id);
    await runImport(run);
    await lose(id);
    await query("UPDATE source_item SET after_state = 'pending' WHERE execution_id = ?", [id]);
    const before = await contents();
    const [item] = await query('SELECT id FROM source_item WHERE execution_id = ?', [id]);
    const { pool } = services.database;
    const items = { listed: 9, done: 0, unchanged: 9, waiting: 0, failed: 0 };
    await saveProgress(pool, { executionId: id, work: run.work }, items);
    await writeAfterState(pool, run.work, item?.id, 'failed');
    await leaveItems(pool, run.work);
    expect(await contents()).to.deep.equal(before);
  });

  for (const ends of ['arrived', 'failed'])
    it(`keeps nothing of a delivery that ${ends}`, async () => {
      const id = await startExecution(services, kit.accountId);
      const destination = await destinationThat(async () => {
        await lose(id);
        if (ends === 'failed') throw new AppError('permission_denied', 'The folder is read-only.');
      });
      const run: ExecutionRun = { ...(await claimRun(services, destination, id)), report: reportConfig() };
      expect(await refused(runExport(run))).to.deep.include({ code: 'lease_lost' });
      expect(await query('SELECT 1 FROM delivery')).to.have.length(0);
    });

  /** Its deliveries do this. */
  async function destinationThat(deliver: () => Promise<void>): Promise<LoadedConnector> {
    const type = {
      id: 'scripted',
      sink: () =>
        Promise.resolve({
          async deliver() {
            await deliver();
            return { location: 'there', byteSize: 1 };
          },
          [Symbol.asyncDispose]: () => Promise.resolve(),
        }),
    };
    return { ...kit.connector, type: type as unknown as ConnectorType };
  }
});
