import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import {
  type InteractionStatus,
  interactionStatuses,
  type UnanalysedReason,
  unanalysedReasons,
} from '../../shared/interaction.ts';
import type { ScoreCard } from '../../shared/quality.ts';
import { derivedId, timeMsOf } from '../uuid.ts';
import type { AnalysisSubject } from './analysis-subjects.ts';
import type { Work } from './work.ts';

/** One profile's result for an interaction: a card, or why there is none. */
export interface AnalysisResult {
  profileId: number;
  profileVersion: number;
  ruleId: number;
  outcome: ScoreCard | Failure;
}

/** The id that an interaction's analysis by a profile gets, known before it is made: it has the interaction's time. */
function newAnalysisId(interactionId: Buffer, profileId: number): Buffer {
  return derivedId(timeMsOf(interactionId), interactionId, ` ${profileId}`);
}

/**
 * Gives the ids of an interaction's analyses by profile: the stored one's own (those made before ids were derived have
 * other ones), else the one that it will get. They hold while the interaction's work is held.
 */
export async function findAnalysisIds(
  connection: PoolConnection,
  interactionId: Buffer,
): Promise<(profileId: number) => Buffer> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT profile_id, id FROM analysis WHERE interaction_id = ?',
    [interactionId],
  );
  const stored = new Map<number, Buffer>(rows.map((row) => [row.profile_id, row.id]));
  return (profileId) => stored.get(profileId) ?? newAnalysisId(interactionId, profileId);
}

/** Gives the ids of stored analyses by interaction and profile; undefined for those that are not there. */
export async function storedAnalysisIds(
  connection: PoolConnection,
  interactionIds: readonly Buffer[],
): Promise<(interactionId: Buffer, profileId: number) => Buffer | undefined> {
  if (interactionIds.length === 0) return () => undefined;
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT interaction_id, profile_id, id FROM analysis WHERE interaction_id IN (?)',
    [interactionIds],
  );
  const keyOf = (interactionId: Buffer, profileId: number) => `${interactionId.toString('hex')} ${profileId}`;
  const found = new Map<string, Buffer>(rows.map((row) => [keyOf(row.interaction_id, row.profile_id), row.id]));
  return (interactionId, profileId) => found.get(keyOf(interactionId, profileId));
}

/** An interaction with its results. */
export interface AnalysedSubject {
  subject: Pick<AnalysisSubject, 'accountId' | 'id' | 'executionId' | 'occurredAt'>;
  results: AnalysisResult[];
  completedAt: Date;
}

/** Writes results; the analysis that is there already (by the same profile) is replaced and keeps its id. */
export async function saveAnalyses(connection: PoolConnection, list: readonly AnalysedSubject[]): Promise<void> {
  const rows = list.flatMap(({ subject, results, completedAt }) =>
    results.map((result) => [...headOf(subject, result), ...outcomeOf(result.outcome), completedAt]),
  );
  if (rows.length === 0) return;
  await connection.query(
    `INSERT INTO analysis (${[...headColumns, ...outcomeColumns].join(', ')}, completed_at) VALUES ?
       ON DUPLICATE KEY UPDATE ${outcomeColumns.map((column) => `${column} = VALUES(${column})`).join(', ')},
         profile_version = VALUES(profile_version), rule_id = VALUES(rule_id), completed_at = VALUES(completed_at)`,
    [rows],
  );
}

/**
 * Gives interactions' analyses their time, which may have become another one. To be called after the interactions are
 * written: then whoever changes them meanwhile waits, or has been waited for.
 */
export async function followInteractionTimes(
  connection: PoolConnection,
  interactions: readonly { accountId: number; id: Buffer }[],
): Promise<void> {
  if (interactions.length === 0) return;
  await connection.query(
    `UPDATE analysis a JOIN interaction i ON i.id = a.interaction_id SET a.occurred_at = i.occurred_at
      WHERE a.interaction_id IN (?) AND a.account_id IN (?) AND a.occurred_at <> i.occurred_at`,
    [interactions.map(({ id }) => id), [...new Set(interactions.map(({ accountId }) => accountId))]],
  );
}

const headColumns = [
  'id',
  'account_id',
  'interaction_id',
  'execution_id',
  'occurred_at',
  'profile_id',
  'profile_version',
  'rule_id',
];

function headOf(subject: AnalysedSubject['subject'], { profileId, profileVersion, ruleId }: AnalysisResult): unknown[] {
  const { accountId, id, executionId, occurredAt } = subject;
  return [newAnalysisId(id, profileId), accountId, id, executionId, occurredAt, profileId, profileVersion, ruleId];
}

const outcomeColumns = [
  'status',
  'ai_score',
  'final_score',
  'criticality_adjusted_score',
  'max_score',
  'percentage_score',
  'coverage_percent',
  'score_card',
  'failure',
];

function outcomeOf(outcome: ScoreCard | Failure): unknown[] {
  if ('code' in outcome) return ['failed', null, null, null, null, null, null, null, JSON.stringify(outcome)];
  return [
    'completed',
    outcome.ai_score,
    outcome.final_score,
    outcome.criticality_adjusted_score,
    outcome.max_score,
    outcome.percentage_score,
    outcome.coverage_percent,
    JSON.stringify(outcome),
    null,
  ];
}

/** How an interaction's way through the analysis ended. */
export interface InteractionEnd {
  status: Extract<InteractionStatus, 'completed' | 'failed'>;
  failure?: Failure | undefined;
  unanalysedReason?: UnanalysedReason | undefined;
  /** Kept only where the row brought no duration. */
  measuredSeconds?: number | undefined;
}

/** Interactions by their owners, with how each of them ended. */
export type EndedInteraction = Pick<Work, 'accountId' | 'subject'> & { end: InteractionEnd };

/**
 * Writes the ends of interactions that are still there, all in one statement. Their analyses are to be written before: what
 * failed without one is noted, so that its execution's retry finds it.
 */
export async function endInteractions(connection: PoolConnection, list: readonly EndedInteraction[]): Promise<void> {
  if (list.length === 0) return;
  const columns = ['subject', 'account', 'status', 'failure', 'reason', 'seconds'];
  const named = `SELECT ${columns.map((name) => `? AS ${name}`).join(', ')}`;
  const others = list.slice(1).map(() => `SELECT ${columns.map(() => '?').join(', ')}`);
  await connection.query(
    `UPDATE interaction i JOIN (${[named, ...others].join(' UNION ALL ')}) e ON i.id = e.subject AND i.account_id = e.account
        SET i.status = e.status, i.failure = e.failure, i.unanalysed_reason = e.reason,
            i.duration_seconds = COALESCE(i.duration_seconds, e.seconds), i.status_modified_at = NOW(3)`,
    list.flatMap(({ subject, accountId, end }) => [subject, accountId, ...columnsOf(end)]),
  );
  const failed = list.filter(({ end }) => end.status === 'failed');
  if (failed.length > 0) await noteFailedBeforeScoring(connection, failed);
}

/** A day of a stream, and what came over the API, are nothing that is retried. */
async function noteFailedBeforeScoring(connection: PoolConnection, list: readonly EndedInteraction[]): Promise<void> {
  await connection.query(
    `INSERT INTO failed_before_scoring (interaction_id, account_id, execution_id)
     SELECT i.id, i.account_id, s.execution_id
       FROM interaction i JOIN source_item s ON s.id = i.source_item_id AND s.account_id = i.account_id
       JOIN execution e ON e.id = s.execution_id AND e.trigger_kind <> 'stream'
      WHERE i.id IN (?) AND i.account_id IN (?)
        AND NOT EXISTS (SELECT 1 FROM analysis a WHERE a.interaction_id = i.id AND a.status = 'failed')
     ON DUPLICATE KEY UPDATE execution_id = VALUES(execution_id)`,
    [list.map(({ subject }) => subject), [...new Set(list.map(({ accountId }) => accountId))]],
  );
}

function columnsOf({ status, failure, unanalysedReason, measuredSeconds }: InteractionEnd): unknown[] {
  return [
    interactionStatuses.indexOf(status),
    failure ? JSON.stringify(failure) : null,
    unanalysedReason ? unanalysedReasons.indexOf(unanalysedReason) : null,
    measuredSeconds === undefined ? null : Math.round(measuredSeconds),
  ];
}
