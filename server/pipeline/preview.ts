import { AppError } from '../../shared/error.ts';
import type { ConnectorContext, ConnectorType, SourceItem, SourceSession } from '../connectors/connector.ts';
import type { FileFormat, RowSettings } from '../rows/rows.ts';
import { importConfigSchema, rowSettingsOf } from './import/settings.ts';
import { readBeginning } from './preview/beginning.ts';
import { type PreviewTable, tableOf } from './preview/table.ts';

/** What an import would begin with. */
export interface Preview extends PreviewTable {
  /** The item that is shown; undefined where none is ready. */
  item: { key: string; size: number | undefined } | undefined;
  /** Items that would not be read now, some of them. */
  waiting: { key: string; reason: string }[];
  /** The rows are the newest events of a topic, which `item` names; their lines are offsets. */
  isStream?: boolean;
}

const itemsLookedAt = 1_000;
const waitingShown = 20;
/** Items from the end that are tried where the first has no rows: today may have none yet, and a holiday neither. */
const lastTried = 3;

/**
 * The first rows of the first item that an import with this configuration would read, and what they would become; where
 * it has none, as the first of some days mostly has, those of the newest item with rows. Only the beginning of an item is
 * read, and nothing is written. Throws what the source throws.
 */
export async function previewRows(type: ConnectorType, config: unknown, context: ConnectorContext): Promise<Preview> {
  if (!type.source) throw new AppError('invalid', `${type.title} is no system to import from.`);
  await using session = await type.source(config, context);
  const { candidates, waiting } = await look(session, context.signal);
  const [first, ...newest] = candidates;
  if (!first) return { item: undefined, waiting, header: [], rows: [] };
  const parsed = importConfigSchema.parse(config);
  const settings = { ...parsed, ...rowSettingsOf(parsed, context.timezone) };
  const show = (item: SourceItem) => showItem(session, item, settings, context.signal);
  const ofFirst = await show(first);
  if (ofFirst.rows.length > 0) return { ...ofFirst, waiting };
  for (const item of newest) {
    const shown = await show(item);
    if (shown.rows.length > 0) return { ...shown, waiting };
  }
  return { ...ofFirst, waiting };
}

type Shown = Omit<Preview, 'waiting'>;
type ItemSettings = RowSettings & { file_format: FileFormat };

async function showItem(
  session: SourceSession,
  item: SourceItem,
  settings: ItemSettings,
  signal: AbortSignal,
): Promise<Shown> {
  const beginning = await readBeginning(await session.read(item), settings.file_format, signal);
  const { key, size } = item;
  const name = beginning.member === undefined ? key : `${key}/${beginning.member}`;
  return { item: { key: name, size }, ...(await tableOf(beginning, settings)) };
}

/** The first item in order of key, then the last ones from the end, among as many as are looked at. */
async function look(session: SourceSession, signal: AbortSignal) {
  let first: SourceItem | undefined;
  let last: SourceItem[] = [];
  const waiting: Preview['waiting'] = [];
  let looked = 0;
  for await (const item of session.list()) {
    signal.throwIfAborted();
    const { key, readiness } = item;
    if (readiness !== 'ready') {
      if (waiting.length < waitingShown) waiting.push({ key, reason: readiness.waiting });
    } else {
      if (!first || key < first.key) first = item;
      last = [...last, item].sort((a, b) => (a.key < b.key ? 1 : -1)).slice(0, lastTried);
    }
    if (++looked >= itemsLookedAt) break;
  }
  const { key: firstKey } = first ?? {};
  return { candidates: first ? [first, ...last.filter(({ key }) => key !== firstKey)] : [], waiting };
}
