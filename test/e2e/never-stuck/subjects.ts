import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { requestCancel } from '../../../db/queries/executions.ts';
import { type ExecutionShown, showExecution } from '../../../server/jobs/show.ts';
import { interactionStatuses } from '../../../shared/interaction.ts';
import { eventually } from '../../harness/eventually.ts';
import { seedAnalysis, seedInteraction } from '../../server/reports/seed.ts';
import { callsBucket, missingBucket, type Places, reportsBucket } from './places.ts';
import type { Stage } from './stage.ts';

/** What is begun and has to come to its end, whatever happens. */
export interface Subject {
  /** By the database's clock; undefined while it has not ended. */
  endedAt(): Promise<Date | undefined>;
  /** Nothing is lost and nothing is there twice. */
  verify(): Promise<void>;
}

export type Begin = (stage: Stage, places: Places) => Promise<Subject>;

const header = 'external_interaction_id,channel_type,interaction_start_time,transcript_text,audio_url\n';
let begun = 0;

interface ImportGiven {
  /** How it ends. */
  status: ExecutionShown['status'];
  note?: string | null;
  /** Objects beside those that can be read. */
  broken?: number;
  /** Objects with rows. */
  good?: number;
  bucket?: string;
  channel?: 'CHAT' | 'VOICE';
  /** Nothing arrives from the source, and a person cancels it. */
  isCancelled?: boolean;
  /** Over the line that may stand still. */
  isSlow?: boolean;
  /** Its recordings are not given until somebody lets them. */
  isHeld?: boolean;
  /** It has ended when the last of its interactions is analysed, not when its execution ends. */
  isUntilAnalysed?: boolean;
  /** In each object. */
  rows?: number;
}

/** An import from a folder of a bucket, with what follows from its rows. */
export function anImport({ status, note, broken = 0, good = 1, bucket = callsBucket, ...more }: ImportGiven): Begin {
  const { channel = 'CHAT', isCancelled = false, isSlow = isCancelled, isHeld = false, rows: rowCount = 20 } = more;
  const { isUntilAnalysed = channel === 'VOICE' } = more;
  return async (stage, places) => {
    const name = `import-${++begun}`;
    const ids = Array.from({ length: good * rowCount }, (_, index) => `${name}-${index}`);
    const rowOf = (id: string) =>
      channel === 'VOICE'
        ? `${id},VOICE,2026-10-01T09:00:00Z,,${places.recordings.url}/${id}.wav\n`
        : `${id},CHAT,2026-10-01T09:00:00Z,Agent: hello,\n`;
    for (let part = 0; part < good; part++)
      await places.put(
        callsBucket,
        `${name}/${part}.csv`,
        header +
          ids
            .slice(part * rowCount, (part + 1) * rowCount)
            .map(rowOf)
            .join(''),
      );
    for (let part = 0; part < broken; part++)
      await places.put(callsBucket, `${name}/broken-${part}.csv`, 'nothing\nof use\n');
    if (isHeld) places.hold(true);
    const endpoint = isSlow ? places.standing.url : places.s3.url;
    const config = { ...s3Config(places, bucket, `${name}/`), endpoint, stable_seconds: 0, file_format: 'csv' };
    const connector = await stage.runs.connector(name, 'import', 's3', config);
    const id = await stage.runs.trigger(await stage.runs.job(name, 'data_import', [connector]));
    if (isCancelled) await cancelUnderWay(stage, id);
    const stored = status === 'success' || status === 'partial_success' ? ids : [];
    return {
      endedAt: () => (isUntilAnalysed ? completedAt(stage, name, ids.length) : executionEnd(stage, id)),
      async verify() {
        await eventually('its end', () => executionEnd(stage, id));
        const shown = await showExecution(stage.services, stage.runs.accountId, id);
        expect(shown).to.include({ status, ...(note === undefined ? {} : { note }) });
        expect(shown.counts).to.include({ listed: stored.length, imported: stored.length });
        expect(shown.items).to.include({ done: stored.length / rowCount, failed: status === 'cancelled' ? 0 : broken });
        await eventually('its analyses', async () => (await completedAt(stage, name, stored.length)) !== undefined);
        await verifyStored(stage, name, stored, channel);
      },
    };
  };
}

async function cancelUnderWay(stage: Stage, id: Buffer): Promise<void> {
  await eventually('it lists', async () => {
    return (await stage.rows('SELECT 1 FROM execution_step WHERE execution_id = ?', [id])).length > 0;
  });
  // Not cancelExecution(): what nobody works on at the moment it ends by itself.
  await requestCancel(stage.services.database.pool, stage.runs.accountId, id);
}

async function executionEnd(stage: Stage, id: Buffer): Promise<Date | undefined> {
  return (await stage.rows('SELECT ended_at FROM execution WHERE id = ?', [id]))[0]?.ended_at ?? undefined;
}

/** When the last of them was analysed. */
async function completedAt(stage: Stage, prefix: string, count: number): Promise<Date | undefined> {
  const [row] = await stage.rows(
    'SELECT COUNT(*) AS n, MAX(status_modified_at) AS at FROM interaction WHERE external_id LIKE ? AND status = ?',
    [`${prefix}-%`, interactionStatuses.indexOf('completed')],
  );
  return row?.n === count ? (row.at ?? new Date(0)) : undefined;
}

async function verifyStored(stage: Stage, prefix: string, ids: string[], channel: string): Promise<void> {
  const rows = await stage.rows(
    `SELECT CAST(i.external_id AS CHAR) AS id, (SELECT COUNT(*) FROM analysis a WHERE a.interaction_id = i.id) AS analyses,
        (SELECT COUNT(*) FROM recording r WHERE r.interaction_id = i.id AND r.state = 'here') AS recordings
       FROM interaction i WHERE i.external_id LIKE ?`,
    [`${prefix}-%`],
  );
  expect(rows.map(({ id }) => id)).to.have.members(ids);
  const recordings = channel === 'VOICE' ? 1 : 0;
  for (const row of rows) expect(row).to.include({ analyses: 1, recordings });
}

interface ExportGiven {
  status: ExecutionShown['status'];
  good: number;
  missing?: number;
  isSlow?: boolean;
}

const reported = 3;

/** An export of the same few analyses to buckets, of which some are not there. */
export function anExport({ status, good, missing = 0, isSlow = false }: ExportGiven): Begin {
  return async (stage, places) => {
    const name = `export-${++begun}`;
    await seedReported(stage);
    const connectors: number[] = [];
    for (let index = 0; index < good; index++)
      connectors.push(await destination(stage, places, `${name}-${index}`, { bucket: reportsBucket, isSlow }));
    for (let index = 0; index < missing; index++)
      connectors.push(await destination(stage, places, `${name}-missing-${index}`, { bucket: missingBucket }));
    const id = await stage.runs.trigger(await stage.runs.job(name, 'data_export', connectors));
    return {
      endedAt: () => executionEnd(stage, id),
      async verify() {
        const shown = await showExecution(stage.services, stage.runs.accountId, id);
        expect(shown.status).to.equal(status);
        expect(shown.counts).to.deep.equal({ rows: reported, parts: 1 });
        const found = shown.deliveries.map(({ status: result }) => result);
        expect(found.filter((result) => result === 'delivered')).to.have.length(good);
        expect(found).to.have.length(good + missing);
        for (let index = 0; index < good; index++) await verifyDelivered(places, `${name}-${index}/`);
      },
    };
  };
}

async function seedReported(stage: Stage): Promise<void> {
  const { services, runs } = stage;
  if ((await stage.rows("SELECT 1 FROM interaction WHERE external_id LIKE 'reported-%'")).length > 0) return;
  for (let index = 0; index < reported; index++) {
    const given = { externalId: `reported-${index}`, channelType: 'CHAT', status: 'completed' } as const;
    const { id } = await seedInteraction(services, runs.accountId, given);
    await seedAnalysis(services, runs.accountId, id, { profile: 'Basics' });
  }
  // Those that they are said to come from would be waited for.
  await stage.rows("UPDATE execution SET status = 'success', ended_at = NOW(3) WHERE job_name = 'nightly import'");
}

function destination(
  stage: Stage,
  places: Places,
  name: string,
  { bucket, isSlow = false }: { bucket: string; isSlow?: boolean },
): Promise<number> {
  const endpoint = isSlow ? { endpoint: places.standing.url } : {};
  const config = { ...s3Config(places, bucket, `${name}/`), ...endpoint, file_format: 'csv' };
  return stage.runs.connector(name, 'export', 's3', config);
}

export function s3Config({ s3 }: Places, bucket: string, prefix: string) {
  const credentials = { access_key: 'S3RVER', secret_key: 'S3RVER' };
  return { ...{ bucket, prefix, region: 'us-east-1', endpoint: s3.url, path_style: true }, ...credentials };
}

/** One file, with each row once. */
async function verifyDelivered({ s3 }: Places, prefix: string): Promise<void> {
  const { Contents = [] } = await s3.owner.send(new ListObjectsV2Command({ Bucket: reportsBucket, Prefix: prefix }));
  expect(Contents).to.have.length(1);
  const { Body } = await s3.owner.send(new GetObjectCommand({ Bucket: reportsBucket, Key: Contents[0]?.Key ?? '' }));
  const lines = ((await Body?.transformToString()) ?? '').trim().split(/\r?\n/);
  expect(lines.length).to.equal(1 + reported);
}
