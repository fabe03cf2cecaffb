import { DateTime } from 'luxon';
import type { Told } from '../check-steps.ts';
import type { ConnectorContext } from '../connector.ts';
import type { Ecc4xConfig } from './config.ts';
import { InboxReports } from './inbox-report.ts';
import { fillReference, readReference, type VoiceLogReference } from './reference.ts';
import type { RawRow } from './row.ts';
import { type RowSource, requireColumns } from './rows.ts';
import { requiredColumns, rowReaderOf } from './source.ts';

const dayMs = 86_400_000;
const namesShown = 3;
const columnsShown = 40;

/** A call that the source knows. */
export interface SampleCall {
  reference: VoiceLogReference;
}

/** The first calls of the last day (of all where it has no days), and whether they have what they must. */
export async function lookAtRows(rows: RowSource, config: Ecc4xConfig): Promise<{ told: Told; first?: SampleCall }> {
  const reader = rowReaderOf(config);
  const { columns, sample } = await firstRows(rows);
  const { none, some } = wordsFor(rows);
  if (!columns) return { told: { message: `${none}.`, details: { calls: [] } } };
  requireColumns(columns, reader, requiredColumns(config));
  const named = sample.map((row) => new Map(reader.namedValues(row)));
  const ids = named.flatMap((row) => row.get('external_interaction_id') ?? []).slice(0, namesShown);
  const shown = columns.slice(0, columnsShown).join(', ');
  const first = named[0];
  return {
    told: {
      message:
        sample.length === 0
          ? `The columns are there; ${none}. Columns: ${shown}.`
          : `${some}: ${ids.join(', ')}${sample.length > ids.length ? ', …' : ''}. Columns: ${shown}.`,
      details: { calls: ids, columns: columns.slice(0, columnsShown) },
    },
    ...(first ? { first: { reference: readReference(fillReference(config, first), config.timezone) } } : {}),
  };
}

function wordsFor({ place, isWhole }: RowSource): { none: string; some: string } {
  return isWhole
    ? { none: `the query gives no calls on ${place}`, some: `${place} gives calls` }
    : { none: `${place} has no calls of the last day`, some: `${place} has calls of the last day` };
}

/** The first page that has rows; the rest is not asked for. */
async function firstRows(rows: RowSource): Promise<{ columns: string[] | undefined; sample: RawRow[] }> {
  const end = new Date();
  const start = new Date(end.getTime() - dayMs);
  let columns: string[] | undefined;
  for await (const page of rows.pages({ key: DateTime.fromJSDate(start).toISODate() ?? '', start, end })) {
    columns ??= page.columns;
    if (page.rows.length > 0) return { columns, sample: page.rows };
  }
  return { columns, sample: [] };
}

/** What lies in the inbox by now. */
export async function lookIntoInbox({ source }: Ecc4xConfig, context: ConnectorContext): Promise<Told> {
  if (source.kind !== 'sftp_report') return { message: 'There is no inbox.' };
  const names: string[] = [];
  let count = 0;
  for await (const { key } of new InboxReports(source, context).list()) {
    count++;
    if (names.length < namesShown) names.push(key);
  }
  const shown = `${names.join(', ')}${count > names.length ? ', …' : ''}`;
  const message =
    count === 0
      ? `The inbox "${source.inbox}" is there; VLA has uploaded no report yet.`
      : `The inbox "${source.inbox}" has ${count} ${count === 1 ? 'report' : 'reports'}: ${shown}.`;
  return { message, details: { files: names, file_count: count } };
}
