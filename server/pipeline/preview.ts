import { AppError } from '../../shared/error.ts';
import type { ConnectorContext, ConnectorType, SourceItem, SourceSession } from '../connectors/connector.ts';
import { importConfigSchema, rowSettingsOf } from './import-settings.ts';
import { readBeginning } from './preview/beginning.ts';
import { type PreviewTable, tableOf } from './preview/table.ts';

/** What an import would begin with. */
export interface Preview extends PreviewTable {
  /** The item that is shown; undefined where none is ready. */
  item: { key: string; size: number | undefined } | undefined;
  /** Items that would not be read now, some of them. */
  waiting: { key: string; reason: string }[];
}

const itemsLookedAt = 1_000;
const waitingShown = 20;

/**
 * The first rows of the first item that an import with this configuration would read, and what they would become. Only
 * the beginning of the item is read, and nothing is written. Throws what the source throws.
 */
export async function previewRows(type: ConnectorType, config: unknown, context: ConnectorContext): Promise<Preview> {
  if (!type.source) throw new AppError('invalid', `${type.title} is no system to import from.`);
  await using session = await type.source(config, context);
  const { first, waiting } = await look(session, context.signal);
  if (!first) return { item: undefined, waiting, header: [], rows: [] };
  const parsed = importConfigSchema.parse(config);
  const settings = { ...parsed, ...rowSettingsOf(parsed, context.timezone) };
  const beginning = await readBeginning(await session.read(first), settings.file_format, context.signal);
  const { key, size } = first;
  const name = beginning.member === undefined ? key : `${key}/${beginning.member}`;
  return { item: { key: name, size }, waiting, ...(await tableOf(beginning, settings)) };
}

/** The first item in order of key, among as many as are looked at. */
async function look(session: SourceSession, signal: AbortSignal) {
  let first: SourceItem | undefined;
  const waiting: Preview['waiting'] = [];
  let looked = 0;
  for await (const item of session.list()) {
    signal.throwIfAborted();
    const { key, readiness } = item;
    if (readiness !== 'ready') {
      if (waiting.length < waitingShown) waiting.push({ key, reason: readiness.waiting });
    } else if (!first || key < first.key) first = item;
    if (++looked >= itemsLookedAt) break;
  }
  return { first, waiting };
}
