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
 * The columns of which nothing is known now: metadata that is neither declared nor in the newest interactions, and KPIs
 * that no quality profile has. Older rows may still hold something of them. The default columns, which nobody chose, are
 * never among them, nor is metadata where nothing was analysed yet.
 */
export async function unknownColumns(
  services: Services,
  accountId: number,
  columns: readonly Column[],
  scope: Scope = wholeAccount,
): Promise<Set<Column>> {
  const keys = columns.flatMap(({ metadataKey }) => metadataKey ?? []).filter((key) => !defaultColumns.includes(key));
  const hasKpis = columns.some(({ kpiName }) => kpiName !== undefined);
  const [isKey, isKpi] = await Promise.all([
    keys.length > 0 ? knownKeys(services, accountId, scope) : () => true,
    hasKpis ? knownKpis(services, accountId) : () => true,
  ]);
  const missing = new Set(keys.filter((key) => !isKey(key)));
  return new Set(
    columns.filter(
      ({ metadataKey: key, kpiName }) =>
        (key !== undefined && missing.has(key)) || (kpiName !== undefined && !isKpi(kpiName)),
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

async function knownKpis(services: Services, accountId: number): Promise<(name: string) => boolean> {
  const categories = (await currentProfiles(services, accountId)).flatMap((profile) => profile.categories);
  const kpis = categories.flatMap((category) => category.sub_categories.flatMap((part) => part.kpis));
  const known = new Set(kpis.map(({ kpi_name }) => kpi_name));
  return (name) => known.has(name);
}

/** Why such a column has nothing. */
export function whyEmpty({ metadataKey, kpiName }: Column): string {
  return kpiName === undefined
    ? `no metadata "${metadataKey}" is declared or in the newest interactions`
    : `no quality profile has a KPI "${kpiName}" now`;
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
