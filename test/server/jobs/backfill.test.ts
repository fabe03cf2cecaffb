import { expect } from 'chai';
import { readExecution } from '../../../db/queries/executions.ts';
import { backfillRange } from '../../../server/jobs/backfill.ts';
import { triggerJob } from '../../../server/jobs/trigger.ts';
import { AppError } from '../../../shared/error.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addConnector, addJob } from './jobs.ts';

describe('reading days again', () => {
  it('means whole days of the zone, both of them included, also where a clock changes', () => {
    expect(backfillRange({ from: '2026-11-01', to: '2026-11-02' }, 'Asia/Kolkata')).to.deep.equal({
      from: new Date('2026-10-31T18:30:00Z'),
      to: new Date('2026-11-02T18:30:00Z'),
    });
    const long = backfillRange({ from: '2026-10-25', to: '2026-10-25' }, 'Europe/Paris');
    expect(long.to.getTime() - long.from.getTime()).to.equal(25 * 3_600_000);
  });

  it('refuses what is no date, and days in the wrong order, with the field', () => {
    for (const [input, field] of [
      [{ from: '1.11.2026', to: '2026-11-02' }, 'from'],
      [{ from: '2026-11-02', to: '2026-11-01' }, 'to'],
      [{ from: '1900-01-01', to: '2026-11-01' }, 'to'],
    ] as const)
      expect(() => backfillRange(input, 'UTC'))
        .to.throw(AppError)
        .with.property('field', field);
  });

  it('refuses days of which none has come in the zone, with the field; the last may be one to come', () => {
    const now = new Date('2026-11-02T19:00:00Z');
    const range = (from: string, to: string, zone: string) => () => backfillRange({ from, to }, zone, now);
    expect(range('2026-11-02', '2026-11-03', 'UTC')).not.to.throw();
    expect(range('2026-11-03', '2026-11-03', 'Asia/Kolkata')).not.to.throw();
    expect(range('2026-11-03', '2026-11-04', 'UTC'))
      .to.throw(AppError, 'from: 2026-11-03 has not come yet. Begin with 2026-11-02')
      .with.property('field', 'from');
  });

  it('is an execution that knows its days; an export has none', async () => {
    const services = await testServices();
    try {
      const { id: accountId } = await testAccount(services);
      const connector = await addConnector(services, accountId, 'calls');
      const range = backfillRange({ from: '2026-11-01', to: '2026-11-02' }, 'UTC');
      const job = await addJob(services, { accountId, connectors: [connector] });
      const id = await triggerJob(services, accountId, job, { by: 'test', range });
      const execution = await readExecution(services.database.pool, accountId, id);
      expect(execution).to.deep.include({ triggerKind: 'backfill', range });
      const exportJob = await addJob(services, { accountId, type: 'data_export', connectors: [connector] });
      const refused = await triggerJob(services, accountId, exportJob, { by: 'test', range }).catch((error) => error);
      expect(refused).to.be.instanceOf(AppError).with.property('code', 'invalid');
    } finally {
      await services.close();
    }
  });
});
