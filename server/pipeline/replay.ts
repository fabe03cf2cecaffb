import { listEnabledRules } from '../../db/queries/assignment-rules.ts';
import { ingressConnectorId } from '../../db/queries/interactions.ts';
import {
  keepReasons,
  loadReplayable,
  type ReplayableRow,
  type StillRejected,
} from '../../db/queries/rejected-rows-replay.ts';
import { AppError } from '../../shared/error.ts';
import type { LoadedConnector } from '../connectors/load.ts';
import { loadConnector } from '../connectors/load.ts';
import type { Services } from '../services.ts';
import { importConfigSchema, rowSettingsOf } from './import/settings.ts';
import { readReplayed } from './replay/read.ts';
import { type GoodRow, type ReplayResult, replayedBefore, storeReplayed } from './replay/store.ts';

/** A rejected row as somebody mended it; without `raw`, as it is kept: what was wrong may have been the mapping. */
export interface ReplayRow {
  rejectedRowId: number;
  raw?: string | undefined;
}

export interface Replayed {
  imported: number;
  updated: number;
  duplicate: number;
  rejected: number;
  /** In the order of the rows that were given. */
  results: ReplayResult[];
  /** How many of them the account has. */
  found: number;
}

/**
 * Reads rejected rows again, by their file's headings and by the connector's mapping of today, and stores those that are
 * good as their import would have. A row that is stored counts as replayed from then on, so replaying it again does
 * nothing; one that is not stays open, with the new reason. Throws `invalid` where a row is named twice.
 */
export async function replayRows(
  services: Services,
  accountId: number,
  rows: readonly ReplayRow[],
  by: string,
): Promise<Replayed> {
  const given = textsOf(rows);
  const found = await loadReplayable(services.database.pool, accountId, [...given.keys()]);
  const results = new Map<number, ReplayResult>();
  for (const group of groupsOf(found.filter(({ state }) => state !== 'replayed')))
    for (const result of await replayGroup({ services, accountId, by }, group, given)) results.set(result.id, result);
  for (const { id, state } of found) if (state === 'replayed') results.set(id, replayedBefore(id));
  const known = [...given.keys()].map((id) => results.get(id) ?? missing(id));
  const countOf = (outcome: ReplayResult['outcome']) => known.filter((result) => result.outcome === outcome).length;
  return {
    imported: countOf('imported'),
    updated: countOf('updated'),
    duplicate: countOf('duplicate'),
    rejected: countOf('rejected'),
    results: known,
    found: found.length,
  };
}

function textsOf(rows: readonly ReplayRow[]): Map<number, string | undefined> {
  const texts = new Map<number, string | undefined>();
  for (const { rejectedRowId, raw } of rows) {
    if (texts.has(rejectedRowId)) throw namedTwice(rejectedRowId);
    texts.set(rejectedRowId, raw);
  }
  return texts;
}

/** What is thrown where one row is to be replaced by two; nothing is stored then. */
export function namedTwice(rejectedRowId: number): AppError {
  return new AppError(
    'invalid',
    `The rejected row ${rejectedRowId} is given twice, and only one text can take its place. Leave one of the two out.`,
  );
}

function missing(id: number): ReplayResult {
  return { id, outcome: 'rejected', reason: `There is no rejected row ${id} any more.` };
}

/** Rows of one item and one execution, which are stored alike. */
function groupsOf(rows: ReplayableRow[]): ReplayableRow[][] {
  const groups = new Map<string, ReplayableRow[]>();
  for (const row of rows) {
    const key = `${row.sourceItemId} ${row.executionId.toString('hex')}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

interface Replay {
  services: Services;
  accountId: number;
  by: string;
}

async function replayGroup(
  replay: Replay,
  rows: ReplayableRow[],
  given: ReadonlyMap<number, string | undefined>,
): Promise<ReplayResult[]> {
  const { services, accountId } = replay;
  const connector = await connectorOf(services, accountId, rows[0]?.connectorId ?? ingressConnectorId);
  if (connector instanceof AppError) return rows.map(({ id }) => stillRejected(id, connector.message));
  const config = importConfigSchema.parse(connector.config);
  const rules = await listEnabledRules(services.database.pool, accountId);
  const settings = { column_mapping: config.column_mapping, ...rowSettingsOf(config, connector.timezone) };
  const stream = connector.type.stream?.(connector.config);
  const good: GoodRow[] = [];
  const bad: StillRejected[] = [];
  const unread: ReplayResult[] = [];
  for (const row of rows) {
    const outcome = readReplayed(row, given.get(row.id), settings, stream?.fieldsOf);
    if ('unread' in outcome) unread.push(stillRejected(row.id, outcome.unread));
    else if ('code' in outcome) bad.push({ id: row.id, ...outcome });
    else good.push({ row, interaction: outcome });
  }
  await keepReasons(services.database.pool, accountId, bad);
  const stored = await storeReplayed(replay, good, {
    connectorId: connector.id,
    onExisting: config.on_existing,
    hasResultsTopic: stream?.resultsTopic !== undefined,
    rules,
  });
  return [...stored, ...unread, ...bad.map(({ id, reason }) => stillRejected(id, reason))];
}

function stillRejected(id: number, reason: string): ReplayResult {
  return { id, outcome: 'rejected', reason };
}

/** Why there is none, as an error, where there is none any more. */
async function connectorOf(
  { database, keyring }: Services,
  accountId: number,
  connectorId: number,
): Promise<LoadedConnector | AppError> {
  if (connectorId === ingressConnectorId)
    return new AppError('invalid', 'The row came over the API. Send it again there.');
  try {
    return await loadConnector(database, keyring, accountId, connectorId);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'not_found')
      return new AppError(
        'not_found',
        'The connector that brought the row was deleted, so nothing says how to read it.',
      );
    throw thrown;
  }
}

/** What a door throws where the account has none of the rows that were named. */
export function noneOfThem(): AppError {
  return new AppError('not_found', 'None of these rejected rows is there any more. Reload the page to see which are.');
}
