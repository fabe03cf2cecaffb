import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PoolConnection } from 'mysql2/promise';
import type { Database } from '../../../db/database.ts';
import type { Grant } from '../../../db/queries/conversation-caps.ts';
import {
  commonValues,
  type InsertText,
  type InteractionOrigin,
  insertInteractions,
  loadInteractions,
  updateInteractions,
} from '../../../db/queries/interactions.ts';
import { findKnown, type KnownInteraction, keepersOf, lockKnown } from '../../../db/queries/known-interactions.ts';
import { AppError } from '../../../shared/error.ts';
import type { ChunkBuffer, ChunkRow } from './chunk.ts';
import { type HandOverOptions, handOver } from './hand-over.ts';
import { InsertWriter } from './insert-text.ts';
import { type Known, keepOf, type OnExisting, type SortedRows, sortRows } from './sort.ts';

/** Rows that are stored together, and the buffer that they lie in. */
export interface Rows {
  buffer: ChunkBuffer;
  rows: readonly ChunkRow[];
}

/** What is written if no row is known yet. */
export interface NewRows {
  sorted: SortedRows;
  /** The first rows as SQL, where rows are inserted by SQL. */
  firstText: InsertText | undefined;
}

export interface InteractionStoreOptions extends HandOverOptions {
  origin: InteractionOrigin;
  onExisting: OnExisting;
  /** LOAD DATA where the server allows it: faster for thousands of rows, slower for a few. */
  isBulk: boolean;
  /** Makes the ledger's item of the rows, anew in each attempt, and gives its id; it stands for `origin.sourceItemId`. */
  enter?: (connection: PoolConnection) => Promise<number>;
  /** How many of so many new rows, which are written already, the account may keep. Absent: all. */
  admit?: (connection: PoolConnection, count: number) => Promise<Grant>;
}

/** Rows and bytes in one INSERT: larger ones are not faster, and smaller packets are allowed everywhere. */
const rowsPerInsert = 1000;
const bytesPerInsert = 1024 * 1024;
/** Races with others who store the same rows that are met before giving up. */
const maxRaces = 8;

/**
 * Stores rows within a transaction of the caller's, and makes the work and the announcements that follow. It first
 * assumes that all rows are new and inserts them plainly; when some are not, it looks them up and sorts them. A
 * duplicate key never passes unseen, so the counts are exact whatever others do meanwhile.
 */
export class InteractionStore {
  readonly #canLoad: boolean;
  readonly #options: InteractionStoreOptions;
  #origin: InteractionOrigin;
  #writer: InsertWriter;
  /** Whether the last rows met some that were there: then the next ones most likely do, too. */
  #expectsKnown = false;
  /** How many new rows the account may keep, where those were too many. */
  #grant: Grant | undefined;

  constructor(database: Database, options: InteractionStoreOptions) {
    this.#canLoad = options.isBulk && database.canLoadLocal;
    this.#options = options;
    this.#origin = options.origin;
    this.#writer = new InsertWriter(commonValues(options.origin));
  }

  /** After a deadlock: known rows are looked up and written in order of id, which does not run into it again. */
  expectKnown(): void {
    this.#expectsKnown = true;
  }

  /** The part of the work that needs no database. Undefined: the rows will be looked up. */
  prepare(rows: Rows): NewRows | undefined {
    return this.#expectsKnown ? undefined : this.#newRows(rows);
  }

  /** Stores rows in a transaction in which nothing else was written: it may be rolled back and begun again. */
  async write(connection: PoolConnection, rows: Rows, asNew?: NewRows): Promise<SortedRows> {
    this.#grant = undefined;
    for (let race = 0; race <= maxRaces; race++) {
      await this.#enter(connection);
      const sorted = await this.#attempt(connection, rows, asNew);
      if (sorted) return sorted;
      await startAgain(connection);
    }
    throw new AppError('database_failed', 'The database neither stores new rows nor says which are there already.');
  }

  async #enter(connection: PoolConnection): Promise<void> {
    const { origin, enter } = this.#options;
    if (!enter) return;
    this.#origin = { ...origin, sourceItemId: await enter(connection) };
    this.#writer = new InsertWriter(commonValues(this.#origin));
  }

  /** Undefined: some rows turned out to be there. The transaction must be rolled back; the next attempt looks them up. */
  async #attempt(connection: PoolConnection, rows: Rows, asNew?: NewRows): Promise<SortedRows | undefined> {
    if (this.#expectsKnown) return this.#lookUpAndWrite(connection, rows);
    const { sorted, firstText } = asNew ?? this.#newRows(rows);
    this.#expectsKnown = !(await this.#insert(connection, rows.buffer, sorted.added, firstText));
    if (this.#expectsKnown || !(await this.#mayKeep(connection, sorted))) return undefined;
    await this.#handOver(connection, rows, sorted, new Map());
    return sorted;
  }

  /** False: only some of them; the next attempt leaves the others out, and must look up which of all those are new. */
  async #mayKeep(connection: PoolConnection, { added }: SortedRows): Promise<boolean> {
    const { admit } = this.#options;
    if (!admit || added.length === 0) return true;
    const grant = await admit(connection, added.length);
    if (grant.count >= added.length) return true;
    this.#grant = grant;
    this.#expectsKnown = true;
    return false;
  }

  #newRows({ rows, buffer }: Rows): NewRows {
    const sorted = sortRows(rows, new Map(), this.#options.onExisting);
    const [first] = groups(sorted.added);
    const firstText = first && !this.#canLoad ? this.#writer.write(buffer, first) : undefined;
    return { sorted, firstText };
  }

  /** Undefined: somebody else stored some of the rows after they were looked up. */
  async #lookUpAndWrite(connection: PoolConnection, { rows, buffer }: Rows): Promise<SortedRows | undefined> {
    const { onExisting } = this.#options;
    const { accountId } = this.#origin;
    const known = new Map<string, KnownInteraction>();
    const take = (list: KnownInteraction[]) => {
      for (const interaction of list) known.set(interaction.externalId, interaction);
    };
    take(await findKnown(connection, accountId, idsOf(rows)));
    const keepers = await keepersOf(connection, this.#origin, known.values());
    let sorted = sortRows(rows, standingsOf(known, keepers), onExisting);
    if (sorted.changed.length > 0) {
      const ids = idsOf(sorted.changed).flatMap((externalId) => known.get(externalId)?.id ?? []);
      take(await lockKnown(connection, accountId, ids));
      sorted = sortRows(rows, standingsOf(known, keepers), onExisting);
    }
    if (this.#grant) sorted = keepOf(sorted, this.#grant);
    sorted.added.sort(byExternalId);
    if (!(await this.#insert(connection, buffer, sorted.added))) return undefined;
    if (!(await this.#mayKeep(connection, sorted))) return undefined;
    this.#expectsKnown = known.size > 0;
    for (const group of groups(sorted.changed))
      await updateInteractions(connection, this.#writer.write(buffer, group, { all: true }));
    await this.#handOver(connection, { rows, buffer }, sorted, known);
    return sorted;
  }

  /** False: not all of the rows are new. */
  async #insert(
    connection: PoolConnection,
    buffer: ChunkBuffer,
    rows: ChunkRow[],
    firstText?: InsertText,
  ): Promise<boolean> {
    if (rows.length === 0) return true;
    if (this.#canLoad) return loadInteractions(connection, this.#origin, () => buffer.pieces(rows), rows.length);
    const list = [...groups(rows)];
    const write = (index: number) => this.#writer.write(buffer, list[index] ?? []);
    return insertTexts(connection, list.length, (index) => (index === 0 && firstText ? firstText : write(index)));
  }

  async #handOver(
    connection: PoolConnection,
    { buffer }: Rows,
    sorted: SortedRows,
    known: ReadonlyMap<string, KnownInteraction>,
  ) {
    await handOver(connection, this.#origin, this.#options, { ...sorted, buffer, known });
  }
}

function standingsOf(
  known: ReadonlyMap<string, KnownInteraction>,
  keepers: ReadonlyMap<number, string>,
): Map<string, Known> {
  const standings = new Map<string, Known>();
  for (const [externalId, { contentHash, connectorId }] of known)
    standings.set(externalId, { contentHash: contentHash.toString('latin1'), keptBy: keepers.get(connectorId) });
  return standings;
}

/** While the server stores one text, the next one is written. False: not all of the rows are new. */
async function insertTexts(
  connection: PoolConnection,
  count: number,
  textAt: (index: number) => InsertText,
): Promise<boolean> {
  let text = textAt(0);
  for (let next = 1; next <= count; next++) {
    const inserting = insertInteractions(connection, text);
    // Its failure is met below; until then it must not count as unhandled.
    inserting.catch(() => undefined);
    // The statement leaves at the end of this turn.
    if (next < count) {
      await nextTurn();
      text = textAt(next);
    }
    if (!(await inserting)) return false;
  }
  return true;
}

/** What was written is undone, and its locks are free. */
async function startAgain(connection: PoolConnection): Promise<void> {
  await connection.rollback();
  await connection.beginTransaction();
}

/** Each id once and in order, so that imports of the same rows lock them in the same order. */
function idsOf(rows: readonly ChunkRow[]): string[] {
  return [...new Set(rows.map(({ externalId }) => externalId))].sort();
}

function byExternalId(a: ChunkRow, b: ChunkRow): number {
  return a.externalId < b.externalId ? -1 : 1;
}

function* groups(rows: readonly ChunkRow[]): Generator<ChunkRow[]> {
  let start = 0;
  let bytes = 0;
  for (const [index, row] of rows.entries()) {
    const isFull = index - start >= rowsPerInsert || bytes >= bytesPerInsert;
    if (isFull) {
      yield rows.slice(start, index);
      start = index;
      bytes = 0;
    }
    bytes += row.end - row.start;
  }
  if (start < rows.length) yield rows.slice(start);
}
