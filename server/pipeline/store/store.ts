import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PoolConnection } from 'mysql2/promise';
import { type Database, transaction } from '../../../db/database.ts';
import {
  commonValues,
  findKnown,
  type InsertText,
  type InteractionOrigin,
  insertInteractions,
  type KnownInteraction,
  loadInteractions,
  lockKnown,
  updateInteractions,
} from '../../../db/queries/interactions.ts';
import { addRejectedRows, type RejectedRow } from '../../../db/queries/rejected-rows.ts';
import { type Reader, saveCheckpoint } from '../../../db/queries/source-items.ts';
import { AppError } from '../../../shared/error.ts';
import type { ChunkBuffer, ChunkRow } from './chunk.ts';
import { storeFailure } from './failure.ts';
import { handOver } from './hand-over.ts';
import { InsertWriter } from './insert-text.ts';
import { type Known, type OnExisting, type SortedRows, sortRows } from './sort.ts';

/** Rows of one item that are stored together. */
export interface Chunk {
  buffer: ChunkBuffer;
  rows: ChunkRow[];
  rejected: RejectedRow[];
  /** Records of the item before this chunk, and with it. */
  from: number;
  to: number;
}

/** A chunk that waits for its turn to be stored. */
export interface PreparedChunk {
  chunk: Chunk;
  /** What is written if no row is known yet. */
  asNew: NewRows | undefined;
}

interface NewRows {
  sorted: SortedRows;
  /** The first rows as SQL, where rows are inserted by SQL. */
  firstText: InsertText | undefined;
}

/** Where the rows come from and who stores them. */
export interface StoreOptions {
  origin: InteractionOrigin;
  reader: Reader;
  fileName: string;
  onExisting: OnExisting;
}

/** Rows in one INSERT: larger ones are not faster, and smaller packets are allowed everywhere. */
const rowsPerInsert = 1000;
/** Races with another import of the same rows that are met before giving up. */
const maxRaces = 8;

/**
 * Stores chunks, each in one transaction with its counts and the item's checkpoint. It first assumes that all rows are
 * new and inserts them plainly; when some are not, it looks the chunk up and sorts it. A duplicate key never passes
 * unseen, so the counts are exact whatever other imports do meanwhile.
 */
export class ChunkStore {
  readonly #database: Database;
  readonly #options: StoreOptions;
  readonly #writer: InsertWriter;
  /** Whether the last chunk met rows that were there: then the next one most likely does, too. */
  #expectsKnown = false;

  constructor(database: Database, options: StoreOptions) {
    this.#database = database;
    this.#options = options;
    this.#writer = new InsertWriter(commonValues(options.origin));
  }

  /** The part of the work that needs no database, to be done while it stores the chunk before. */
  prepare(chunk: Chunk): PreparedChunk {
    return { chunk, asNew: this.#expectsKnown ? undefined : this.#newRows(chunk) };
  }

  /** Throws `lease_lost` when the item's checkpoint is not where this chunk begins; nothing of it is stored then. */
  async store(prepared: PreparedChunk): Promise<void> {
    let attempts = 0;
    try {
      await transaction(this.#database.pool, async (connection) => {
        // After a deadlock: known rows are looked up and written in order of id, which does not run into it again.
        if (attempts++ > 0) this.#expectsKnown = true;
        await this.#write(connection, prepared);
      });
    } catch (thrown) {
      throw storeFailure(thrown);
    }
  }

  async #write(connection: PoolConnection, prepared: PreparedChunk): Promise<void> {
    const { chunk } = prepared;
    const { origin, reader, fileName } = this.#options;
    const { executionId } = reader;
    const { imported, updated, duplicate } = await this.#writeRows(connection, prepared);
    const { accountId, sourceItemId } = origin;
    await addRejectedRows(connection, { accountId, executionId, sourceItemId, fileName }, chunk.rejected);
    const counts = { imported, updated, duplicate, rejected: chunk.rejected.length };
    const { from, to } = chunk;
    if (!(await saveCheckpoint(connection, reader, sourceItemId, { from, to, ...counts })))
      throw new AppError('lease_lost', `Another worker has gone on with ${fileName}; this one stops.`);
  }

  async #writeRows(connection: PoolConnection, { chunk, asNew }: PreparedChunk): Promise<SortedRows> {
    if (!this.#expectsKnown) {
      const { sorted, firstText } = asNew ?? this.#newRows(chunk);
      if (await this.#insert(connection, chunk.buffer, sorted.added, firstText)) {
        await this.#handOver(connection, chunk, sorted, new Map());
        return sorted;
      }
      await startAgain(connection);
    }
    for (let race = 0; race < maxRaces; race++) {
      const sorted = await this.#lookUpAndWrite(connection, chunk);
      if (sorted) return sorted;
      await startAgain(connection);
    }
    throw new AppError('database_failed', 'The database neither stores new rows nor says which are there already.');
  }

  #newRows({ rows, buffer }: Chunk): NewRows {
    const sorted = sortRows(rows, new Map(), this.#options.onExisting);
    const [first] = groups(sorted.added);
    const firstText = first && !this.#database.canLoadLocal ? this.#writer.write(buffer, first) : undefined;
    return { sorted, firstText };
  }

  /** Undefined: another import stored some of the rows after they were looked up. */
  async #lookUpAndWrite(connection: PoolConnection, chunk: Chunk): Promise<SortedRows | undefined> {
    const { origin, onExisting } = this.#options;
    const { accountId } = origin;
    const known = new Map<string, KnownInteraction>();
    const take = (list: KnownInteraction[]) => {
      for (const interaction of list) known.set(interaction.externalId, interaction);
    };
    take(await findKnown(connection, accountId, idsOf(chunk.rows)));
    this.#expectsKnown = known.size > 0;
    let sorted = sortRows(chunk.rows, this.#standings(known), onExisting);
    if (sorted.changed.length > 0) {
      const ids = idsOf(sorted.changed).flatMap((externalId) => known.get(externalId)?.id ?? []);
      take(await lockKnown(connection, accountId, ids));
      sorted = sortRows(chunk.rows, this.#standings(known), onExisting);
    }
    sorted.added.sort(byExternalId);
    if (!(await this.#insert(connection, chunk.buffer, sorted.added))) return undefined;
    for (const rows of groups(sorted.changed))
      await updateInteractions(connection, this.#writer.write(chunk.buffer, rows, { all: true }));
    await this.#handOver(connection, chunk, sorted, known);
    return sorted;
  }

  #standings(known: ReadonlyMap<string, KnownInteraction>): Map<string, Known> {
    const { connectorId } = this.#options.origin;
    const standings = new Map<string, Known>();
    for (const [externalId, interaction] of known)
      standings.set(externalId, {
        contentHash: interaction.contentHash.toString('latin1'),
        isOwn: interaction.connectorId === connectorId,
      });
    return standings;
  }

  /** False: not all of the rows are new. */
  async #insert(
    connection: PoolConnection,
    buffer: ChunkBuffer,
    rows: ChunkRow[],
    firstText?: InsertText,
  ): Promise<boolean> {
    const { origin } = this.#options;
    if (rows.length === 0) return true;
    if (this.#database.canLoadLocal)
      return loadInteractions(connection, origin, () => buffer.pieces(rows), rows.length);
    const list = [...groups(rows)];
    const write = (index: number) => this.#writer.write(buffer, list[index] ?? []);
    return insertTexts(connection, list.length, (index) => (index === 0 && firstText ? firstText : write(index)));
  }

  async #handOver(
    connection: PoolConnection,
    { buffer }: Chunk,
    sorted: SortedRows,
    known: ReadonlyMap<string, KnownInteraction>,
  ) {
    const { origin, reader } = this.#options;
    await handOver(connection, origin, reader.executionId, { ...sorted, buffer, known });
  }
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
    // The statement leaves at the end of this turn.
    await nextTurn();
    if (next < count) text = textAt(next);
    if (!(await inserting)) return false;
  }
  return true;
}

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

function* groups(rows: ChunkRow[]): Generator<ChunkRow[]> {
  for (let start = 0; start < rows.length; start += rowsPerInsert) yield rows.slice(start, start + rowsPerInsert);
}
