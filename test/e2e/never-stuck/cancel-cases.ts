import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { transaction } from '../../../db/database.ts';
import { addExecution } from '../../../db/queries/executions.ts';
import { insertParts } from '../../../db/queries/reports.ts';
import { addWork } from '../../../db/queries/work.ts';
import { newId } from '../../../db/uuid.ts';
import { cancelExecution } from '../../../server/jobs/cancel.ts';
import { showExecution } from '../../../server/jobs/show.ts';
import { eventually } from '../../harness/eventually.ts';
import { reportConfig } from '../../server/reports/seed.ts';
import { callsBucket, type Places, reportsBucket } from './places.ts';
import type { Stage } from './stage.ts';
import { s3Config } from './subjects.ts';

/** An execution in one state and step. */
export interface CancelCase {
  name: string;
  /** Brings one there, cancels it, sees that nothing is left of it, and gives how long its end took, in ms. */
  cancel(stage: Stage, places: Places): Promise<number>;
}

const header = 'external_interaction_id,channel_type,transcript_text\n';
const megabyte = 1024 ** 2;
let begun = 0;

type Reach = (stage: Stage, places: Places, name: string) => Promise<Buffer>;

function cancelCase(name: string, reach: Reach): CancelCase {
  return {
    name,
    async cancel(stage, places) {
      const { services, runs } = stage;
      places.stand(false);
      const place = `cancelled-${++begun}`;
      const id = await reach(stage, places, place);
      const asked = await stage.now();
      await cancelExecution(services, runs.accountId, id);
      await eventually(
        'the end',
        async () => (await showExecution(services, runs.accountId, id)).ended_at ?? undefined,
      );
      const [row] = await stage.rows('SELECT ended_at FROM execution WHERE id = ?', [id]);
      await verifyClean(stage, id);
      places.stand(false);
      await verifyNothingDelivered(places, place);
      return row?.ended_at.getTime() - asked.getTime();
    },
  };
}

async function verifyClean(stage: Stage, id: Buffer): Promise<void> {
  const shown = await showExecution(stage.services, stage.runs.accountId, id);
  expect(shown.status).to.equal('cancelled');
  const { imported = 0, listed = 0 } = (shown.counts ?? {}) as { imported?: number; listed?: number };
  if (shown.type === 'data_import') expect(imported).to.equal(listed);
  expect(await stage.rows('SELECT 1 FROM work WHERE subject = ?', [id])).to.have.length(0);
  for (const { dataDir } of await stage.workers())
    await eventually('no scratch is left', () => filesBelow(join(dataDir, 'scratch')).length === 0);
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map(({ name }) => name);
}

async function verifyNothingDelivered({ s3 }: Places, name: string): Promise<void> {
  const { Contents = [] } = await s3.owner.send(new ListObjectsV2Command({ Bucket: reportsBucket, Prefix: name }));
  expect(Contents).to.have.length(0);
}

const importJob = async (stage: Stage, places: Places, name: string, given: object = {}): Promise<number> => {
  const config = { ...s3Config(places, callsBucket, `${name}/`), endpoint: places.standing.url, stable_seconds: 0 };
  const connector = await stage.runs.connector(name, 'import', 's3', { ...config, file_format: 'csv', ...given });
  return await stage.runs.job(name, 'data_import', [connector]);
};
const rowsOf = (count: number, name: string, words: string) =>
  header + Array.from({ length: count }, (_, index) => `${name}-${index},CHAT,Agent: ${words}\n`).join('');
const reached = (stage: Stage, what: string, sql: string, id: Buffer) =>
  eventually(what, async () => (await stage.rows(sql, [id])).length > 0);

const listing: Reach = async (stage, places, name) => {
  places.stand(true);
  const id = await stage.runs.trigger(await importJob(stage, places, name));
  await reached(stage, 'it lists', "SELECT 1 FROM execution_step WHERE execution_id = ? AND name = 'list'", id);
  return id;
};

const delivering: Reach = async (stage, places, name) => {
  const config = { ...s3Config(places, reportsBucket, `${name}/`), endpoint: places.standing.url };
  const connector = await stage.runs.connector(name, 'export', 's3', { ...config, file_format: 'csv' });
  const job = await stage.runs.job(name, 'data_export', [connector]);
  const id = await triggerLater(stage, job);
  const storageKey = `reports/${id.toString('hex')}/1`;
  const stored = await stage.services.storage.put(storageKey, content(200));
  const part = { part: 1, fileName: `${name}.csv`, storageKey, rowCount: 7, ...stored };
  await transaction(stage.services.database.pool, (connection) =>
    insertParts(connection, stage.runs.accountId, id, [part]),
  );
  await stage.rows('UPDATE work SET run_after = NOW(3) WHERE subject = ?', [id]);
  await reached(stage, 'it delivers', 'SELECT 1 FROM execution WHERE id = ? AND bytes_read > 0', id);
  return id;
};

export const cancelCases: CancelCase[] = [
  cancelCase('while another run of its job is under way', async (stage, places, name) => {
    places.stand(true);
    const job = await importJob(stage, places, name);
    const first = await stage.runs.trigger(job);
    await reached(
      stage,
      'the first is under way',
      "SELECT 1 FROM execution WHERE id = ? AND status = 'processing'",
      first,
    );
    const second = await stage.runs.trigger(job);
    await reached(stage, 'it was sent back', 'SELECT 1 FROM work WHERE subject = ? AND claim > 1', second);
    await cancelExecution(stage.services, stage.runs.accountId, first);
    return second;
  }),
  cancelCase('while a source that fell silent is listed', listing),
  cancelCase('while a file is read that stopped coming', async (stage, places, name) => {
    await places.put(callsBucket, `${name}/a.csv`, rowsOf(40_000, name, 'hello '.repeat(100)));
    const id = await stage.runs.trigger(await importJob(stage, places, name));
    await reached(stage, 'it reads', 'SELECT 1 FROM execution WHERE id = ? AND bytes_expected > 0', id);
    places.stand(true);
    return id;
  }),
  cancelCase('while rows are stored', async (stage, places, name) => {
    await places.put(callsBucket, `${name}/a.csv`, rowsOf(120_000, name, 'hello'));
    const id = await stage.runs.trigger(await importJob(stage, places, name));
    await reached(stage, 'rows are stored', 'SELECT 1 FROM execution WHERE id = ? AND rows_listed > 0', id);
    return id;
  }),
  cancelCase('between two attempts to reach the source', async (stage, places, name) => {
    const id = await stage.runs.trigger(await importJob(stage, places, name, { endpoint: 'http://127.0.0.1:1' }));
    await reached(
      stage,
      'it waits',
      "SELECT 1 FROM execution_log WHERE execution_id = ? AND message LIKE '%Tried again in%'",
      id,
    );
    return id;
  }),
  cancelCase('while a file is delivered', delivering),
  cancelCase('while a file is delivered to a destination that fell silent', async (stage, places, name) => {
    const id = await delivering(stage, places, name);
    places.stand(true);
    return id;
  }),
];

/** Triggered, and nobody begins it before its work is due: its report is to be there by then. */
async function triggerLater({ services, runs }: Stage, job: number): Promise<Buffer> {
  const id = newId();
  const { accountId } = runs;
  await transaction(services.database.pool, async (connection) => {
    await addExecution(connection, {
      ...{ id, accountId, jobId: job, jobName: 'reports', type: 'data_export', report: reportConfig() },
      ...{ connectorNames: [], triggerKind: 'manual', triggeredBy: 'test' },
    });
    await addWork(connection, [{ kind: 'execute', accountId, subject: id }]);
    await connection.query('UPDATE work SET run_after = NOW(3) + INTERVAL 1 HOUR WHERE subject = ?', [id]);
  });
  return id;
}

async function* content(megabytes: number): AsyncGenerator<Uint8Array> {
  for (let left = megabytes; left > 0; left--) yield Buffer.alloc(megabyte, 'calls,');
}
