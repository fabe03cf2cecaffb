import { recentMetadataKeys } from '../../db/queries/metadata-keys.ts';
import type { Scope } from '../../db/queries/scope.ts';
import { withinTime } from '../../db/within-time.ts';
import { defaultColumns } from '../../shared/report.ts';
import { listMetadataFields } from '../quality/metadata-fields.ts';
import { currentProfiles } from '../quality/profiles.ts';
import type { Services } from '../services.ts';
import type { Column } from './columns.ts';

/** These interactions' metadata is looked at for keys that nobody has declared. */
const lookedAt = 300;
const readMs = 2_000;
const wholeAccount: Scope = { role: 'admin', email: '', teams: [], campaigns: [] };

/**
 * The columns of which nothing is known now: metadata that is neither declared nor in the newest interactions, KPIs
 * and categories that no quality profile has. Older rows may still hold something of them. The default columns, which nobody chose, are
 * never among them, nor is metadata where nothing was analysed yet.
 */
export async function unknownColumns(
  services: Services,
  accountId: number,
  columns: readonly Column[],
  scope: Scope = wholeAccount,
): Promise<Set<Column>> {
  const keys = columns.flatMap(({ metadataKey }) => metadataKey ?? []).filter((key) => !defaultColumns.includes(key));
  const isScored = columns.some(({ kpiName, categoryName }) => (kpiName ?? categoryName) !== undefined);
  const [isKey, scored] = await Promise.all([
    keys.length > 0 ? knownKeys(services, accountId, scope) : () => true,
    isScored ? scoredNames(services, accountId) : { kpis: new Set<string>(), categories: new Set<string>() },
  ]);
  const missing = new Set(keys.filter((key) => !isKey(key)));
  return new Set(
    columns.filter(
      ({ metadataKey: key, kpiName, categoryName }) =>
        (key !== undefined && missing.has(key)) ||
        (kpiName !== undefined && !scored.kpis.has(kpiName)) ||
        (categoryName !== undefined && !scored.categories.has(categoryName)),
    ),
  );
}

async function knownKeys(services: Services, accountId: number, scope: Scope): Promise<(key: string) => boolean> {
  const recent = await withinTime(services.database, readMs, (connection) =>
    recentMetadataKeys(connection, accountId, scope, lookedAt),
  );
  // What could not be looked at in time is no reason to warn.
  if (!recent.done || recent.value.length === 0) return () => true;
  const declared = await listMetadataFields(services, accountId);
  const known = new Set([...recent.value, ...declared.map(({ cqa_key }) => cqa_key)].map((key) => key.toLowerCase()));
  return (key) => known.has(key.toLowerCase());
}

/** What the quality profiles score now, by name. */
async function scoredNames(
  services: Services,
  accountId: number,
): Promise<{ kpis: ReadonlySet<string>; categories: ReadonlySet<string> }> {
  const categories = (await currentProfiles(services, accountId)).flatMap((profile) => profile.categories);
  const kpis = categories.flatMap((category) => category.sub_categories.flatMap((part) => part.kpis));
  return {
    kpis: new Set(kpis.map(({ kpi_name }) => kpi_name)),
    categories: new Set(categories.map(({ name }) => name)),
  };
}

/** Why such a column has nothing. */
export function whyEmpty({ metadataKey, kpiName, categoryName }: Column): string {
  if (kpiName !== undefined) return `no quality profile has a KPI "${kpiName}" now`;
  if (categoryName !== undefined) return `no quality profile has a category "${categoryName}" now`;
  return `no metadata "${metadataKey}" is declared or in the newest interactions`;
}

/** The columns, and which of the doubtful ones had nothing in any row that was read through them. */
export function watched(
  columns: readonly Column[],
  doubtful: ReadonlySet<Column>,
): { columns: Column[]; empty: () => Column[] } {
  const empty = new Set(doubtful);
  return {
    columns: columns.map((column) => (doubtful.has(column) ? watchedColumn(column, empty) : column)),
    empty: () => [...empty],
  };
}

function watchedColumn(column: Column, empty: Set<Column>): Column {
  return {
    ...column,
    read(row, profiles) {
      const cell = column.read(row, profiles);
      if (cell !== null) empty.delete(column);
      return cell;
    },
  };
}
