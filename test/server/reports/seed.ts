import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { addExecution, type NewExecution } from '../../../db/queries/executions.ts';
import { findProfileId } from '../../../db/queries/reports.ts';
import { addWork, claimWork, type Work } from '../../../db/queries/work.ts';
import { newId } from '../../../db/uuid.ts';
import { saveProfile } from '../../../server/quality/profiles.ts';
import { saveRule } from '../../../server/quality/rules.ts';
import type { Services } from '../../../server/services.ts';
import type { InteractionStatus } from '../../../shared/interaction.ts';
import { interactionStatuses } from '../../../shared/interaction.ts';
import type { evaluatorSchema, Scalar } from '../../../shared/quality.ts';
import type { ReportConfig } from '../../../shared/report.ts';
import { eventually } from '../../harness/eventually.ts';

export const sampleFolder = new URL('../../../../test/samples/', import.meta.url);

export interface SeedInteraction {
  externalId?: string;
  channelType?: string;
  status?: InteractionStatus;
  startTime?: Date | null;
  createdAt?: Date;
  durationSeconds?: number | null;
  transcriptText?: string | null;
  audioUrl?: string | null;
  transcriptUrl?: string | null;
  metadata?: Record<string, Scalar>;
}

let seeded = 0;

/** An interaction as an import would leave it; its item is line 2 of calls.csv of an execution of its own. */
export async function seedInteraction(services: Services, accountId: number, given: SeedInteraction = {}) {
  const { pool } = services.database;
  const id = newId();
  const executionId = await seedExecution(services, accountId, { jobName: 'nightly import', type: 'data_import' });
  const [item] = await pool.query(
    "INSERT INTO source_item (account_id, connector_id, execution_id, location_hash, item_key, key_hash, version, state) VALUES (?, 0, ?, ?, 'in/calls.csv', ?, '1', 'done')",
    [accountId, executionId, Buffer.alloc(32), Buffer.concat([id, id])],
  );
  const created = given.createdAt ?? new Date('2026-11-03T10:00:00Z');
  const start = given.startTime === undefined ? new Date('2026-11-03T09:15:00Z') : given.startTime;
  await pool.query('INSERT INTO interaction SET ?', {
    id,
    account_id: accountId,
    external_id: Buffer.from(given.externalId ?? `CALL-${++seeded}`),
    channel_type: given.channelType ?? 'VOICE',
    status: interactionStatuses.indexOf(given.status ?? 'queued'),
    occurred_at: start ?? created,
    interaction_start_time: start,
    duration_seconds: given.durationSeconds ?? null,
    transcript_text: given.transcriptText ?? null,
    audio_url: given.audioUrl ?? null,
    transcript_url: given.transcriptUrl ?? null,
    metadata: JSON.stringify(given.metadata ?? {}),
    content_hash: Buffer.alloc(12),
    connector_id: 0,
    source_item_id: (item as { insertId: number }).insertId,
    source_line: 2,
    status_modified_at: created,
    created_at: created,
  });
  return { id, executionId };
}

/** A recording in storage; without a sample, one that could not be fetched. */
export async function seedRecording(services: Services, accountId: number, interactionId: Buffer, sample?: string) {
  const key = `recordings/${accountId}/${interactionId.toString('hex')}/0`;
  const bytes = sample === undefined ? undefined : readFileSync(new URL(sample, sampleFolder));
  const stored = bytes && (await services.storage.put(key, once(bytes)));
  const failure = { code: 'path_missing', message: 'There is no such-recording.wav beside the CSV.' };
  await services.database.pool.query('INSERT INTO recording SET ?', {
    interaction_id: interactionId,
    position: 0,
    account_id: accountId,
    connector_id: 0,
    execution_id: Buffer.alloc(16),
    reference: sample ?? 'no-such-recording.wav',
    state: stored ? 'here' : 'failed',
    storage_key: stored ? key : null,
    sha256: stored ? Buffer.from(stored.sha256, 'hex') : null,
    byte_size: stored?.byteSize ?? null,
    failure: stored ? null : JSON.stringify(failure),
  });
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}

export async function seedExecution(
  services: Services,
  accountId: number,
  given: Partial<NewExecution> = {},
): Promise<Buffer> {
  const id = newId();
  await addExecution(services.database.pool, {
    id,
    accountId,
    jobId: 1,
    jobName: 'Weekly report',
    type: 'data_export',
    connectorNames: [],
    triggerKind: 'manual',
    ...given,
  });
  return id;
}

/** A profile with one Yes/No question an evaluator, 10 points each. */
export async function seedProfile(
  services: Services,
  accountId: number,
  name: string,
  kpis: Record<string, z.input<typeof evaluatorSchema>>,
) {
  await saveProfile(services, accountId, {
    name,
    categories: [
      {
        name: 'Conduct',
        sub_categories: [
          {
            name: 'Call',
            kpis: Object.entries(kpis).map(([kpi_name, evaluator]) => ({
              kpi_name,
              kpi_question: `${kpi_name}?`,
              input_type: 'Yes/No',
              options: [
                { label: 'Yes', weightage: 10 },
                { label: 'No', weightage: 0 },
              ],
              evaluator,
            })),
          },
        ],
      },
    ],
  });
}

export async function seedRule(services: Services, accountId: number, given: Record<string, unknown>) {
  await saveRule(services, accountId, { name: 'everything', ...given });
}

/** An analysis with these points of ten, as if it had been made. */
export async function seedAnalysis(
  services: Services,
  accountId: number,
  interactionId: Buffer,
  { profile, points = 10 }: { profile: string; points?: number },
): Promise<Buffer> {
  const id = newId();
  await services.database.pool.query(
    `INSERT INTO analysis (id, account_id, interaction_id, profile_id, profile_version, execution_id, occurred_at, status,
       ai_score, final_score, criticality_adjusted_score, max_score, percentage_score, coverage_percent, completed_at)
     SELECT ?, i.account_id, i.id, p.id, p.version, ?, i.occurred_at, 'completed', ?, ?, ?, 10, ?, 100, NOW(3)
       FROM interaction i JOIN quality_profile p ON p.account_id = i.account_id AND p.live_name = ?
      WHERE i.id = ? AND i.account_id = ?`,
    [id, Buffer.alloc(16), points, points, points, points * 10, profile, interactionId, accountId],
  );
  return id;
}

/** Work as a worker would hold it. */
export async function claimed(
  services: Services,
  kind: Work['kind'],
  accountId: number,
  subject: Buffer,
): Promise<Work> {
  const { pool } = services.database;
  await addWork(pool, [{ kind, accountId, subject }]);
  // Whatever stands beside what somebody else is claiming at this moment is passed over, as a worker does that looks again.
  return eventually('the work is claimed', async () => {
    const works = await claimWork(pool, kind, { limit: 100, leaseSeconds: 30 });
    return works.find((candidate) => candidate.subject.equals(subject));
  });
}

export function reportConfig(given: Partial<ReportConfig> = {}): ReportConfig {
  return {
    date_range: { from: '2026-11-01', to: '2026-11-30' },
    columns: ['external_interaction_id', 'final_score'],
    ...given,
  };
}

/** Many completed interactions, all of one moment, each with an analysis by the profile when one is named. */
export async function seedMany(
  services: Services,
  accountId: number,
  {
    count,
    at,
    profile,
    metadata = {},
  }: { count: number; at: Date; profile?: string; metadata?: Record<string, Scalar> },
): Promise<void> {
  const { pool } = services.database;
  const profileId = profile && (await findProfileId(pool, accountId, profile));
  for (let done = 0; done < count; done += 1_000) {
    const ids = Array.from({ length: Math.min(1_000, count - done) }, newId);
    const interactions = ids.map((id) => [
      id,
      accountId,
      id,
      'CHAT',
      2,
      at,
      JSON.stringify(metadata),
      Buffer.alloc(12),
      0,
      0,
      2,
      at,
      at,
    ]);
    await pool.query(
      'INSERT INTO interaction (id, account_id, external_id, channel_type, status, occurred_at, metadata, content_hash, connector_id, source_item_id, source_line, status_modified_at, created_at) VALUES ?',
      [interactions],
    );
    if (profileId === undefined) continue;
    const analyses = ids.map((id, i) => [
      newId(),
      accountId,
      id,
      profileId,
      1,
      Buffer.alloc(16),
      at,
      'completed',
      i % 11,
      i % 11,
      10,
      (i % 11) * 10,
    ]);
    await pool.query(
      'INSERT INTO analysis (id, account_id, interaction_id, profile_id, profile_version, execution_id, occurred_at, status, ai_score, final_score, max_score, percentage_score) VALUES ?',
      [analyses],
    );
  }
}
