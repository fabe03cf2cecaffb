import type { PoolConnection } from 'mysql2/promise';
import { type Database, transaction } from '../../../db/database.ts';
import { grantConversations } from '../../../db/queries/conversation-caps.ts';
import { addJobInteractions } from '../../../db/queries/ingress-jobs.ts';
import { type InteractionOrigin, ingressConnectorId } from '../../../db/queries/interactions.ts';
import { addRejectedRows, type RejectedRow } from '../../../db/queries/rejected-rows.ts';
import { type Checkpoint, saveHeader } from '../../../db/queries/source-items.ts';
import { AppError } from '../../../shared/error.ts';
import { bulkStatements } from './bulk-statements.ts';
import type { ChunkBuffer, ChunkRow } from './chunk.ts';
import { storeFailure } from './failure.ts';
import { InteractionStore, type NewRows } from './interaction-store.ts';
import type { OnExisting, Refusal, SortedRows } from './sort.ts';

/** Rows of one item that are stored together. */
export interface Chunk {
  buffer: ChunkBuffer;
  rows: ChunkRow[];
  rejected: RejectedRow[];
  /** The item's headings, where they are needed to read a rejected row again. */
  header: readonly string[] | undefined;
  /** What separates them. */
  delimiter?: string | undefined;
  /** Records of the item before this chunk, and with it. */
  from: number;
  to: number;
}

/** A chunk that waits for its turn to be stored. */
export interface PreparedChunk<C extends Chunk = Chunk> {
  chunk: C;
  /** What is written if no row is known yet. */
  asNew: NewRows | undefined;
}

/** Where the rows come from and who stores them. */
export interface StoreOptions<C extends Chunk = Chunk> {
  origin: InteractionOrigin;
  executionId: Buffer;
  /**
   * Moves the place that is read on over this chunk, in its transaction, and counts its rows. False: it is not where the
   * chunk begins, or somebody else has it; nothing is stored then.
   */
  checkpoint(connection: PoolConnection, counts: Checkpoint, chunk: C): Promise<boolean>;
  fileName: string;
  onExisting: OnExisting;
  /** Whether the chunks have many rows: see InteractionStoreOptions. They do where it is not said. */
  isBulk?: boolean;
  /** See HandOverOptions. */
  hasResultsTopic?: boolean;
  /** Is told of each stored chunk which rows were left as they are: see SortedRows. */
  onKept?: ((kept: SortedRows['kept']) => void) | undefined;
  /** As much is kept of a rejected row's text; 4 KB where it is not said. */
  rawBytes?: number;
}

/**
 * Stores an item's chunks, each in one transaction with its counts and the item's checkpoint. Those of a file that came
 * over the API are listed with their job, and count as conversations.
 */
export class ChunkStore<C extends Chunk = Chunk> {
  readonly #database: Database;
  readonly #options: StoreOptions<C>;
  readonly #interactions: InteractionStore;
  readonly #isIngress: boolean;
  readonly #isBulk: boolean;

  constructor(database: Database, options: StoreOptions<C>) {
    const { origin, executionId, onExisting, isBulk = true, hasResultsTopic = false } = options;
    this.#database = database;
    this.#options = options;
    this.#isIngress = origin.connectorId === ingressConnectorId;
    this.#isBulk = isBulk && database.canLoadLocal;
    this.#interactions = new InteractionStore(database, {
      origin,
      executionId,
      onExisting,
      isBulk,
      hasResultsTopic,
      ...(this.#isIngress
        ? { admit: (connection, count) => grantConversations(connection, origin.accountId, count) }
        : {}),
    });
  }

  /** The part of the work that needs no database, to be done while it stores the chunk before. */
  prepare(chunk: C): PreparedChunk<C> {
    return { chunk, asNew: this.#interactions.prepare(chunk) };
  }

  /** Throws `lease_lost` when the checkpoint is not where this chunk begins; nothing of it is stored then. */
  store(prepared: PreparedChunk<C>): Promise<void> {
    // Before the transaction: who waits here must hold no locks.
    return this.#isBulk ? bulkStatements.run(() => this.#store(prepared)) : this.#store(prepared);
  }

  async #store(prepared: PreparedChunk<C>): Promise<void> {
    let attempts = 0;
    try {
      const { kept } = await transaction(this.#database.pool, async (connection) => {
        if (attempts++ > 0) this.#interactions.expectKnown();
        return await this.#write(connection, prepared);
      });
      this.#options.onKept?.(kept);
    } catch (thrown) {
      throw storeFailure(thrown);
    }
  }

  async #write(connection: PoolConnection, { chunk, asNew }: PreparedChunk<C>): Promise<SortedRows> {
    const { origin, executionId, fileName, rawBytes, checkpoint } = this.#options;
    const { accountId, sourceItemId } = origin;
    const sorted = await this.#interactions.write(connection, chunk, asNew);
    const { imported, updated, duplicate, refused } = sorted;
    if (this.#isIngress) await addJobInteractions(connection, executionId, linesOf(chunk, sorted));
    const rejected = allRejected(chunk.rejected, refused);
    await addRejectedRows(connection, { accountId, executionId, sourceItemId, fileName, rawBytes }, rejected);
    if (chunk.header) await saveHeader(connection, accountId, sourceItemId, chunk.header, chunk.delimiter);
    const counts = { imported, updated, duplicate, rejected: rejected.length };
    const { from, to } = chunk;
    if (!(await checkpoint(connection, { from, to, ...counts }, chunk)))
      throw new AppError('lease_lost', `Another worker has gone on with ${fileName}; this one stops.`);
    return sorted;
  }
}

function linesOf({ buffer }: Chunk, { added }: SortedRows) {
  return added.map((row) => ({ line: row.line, interactionId: buffer.idOf(row) }));
}

function allRejected(rejected: RejectedRow[], refused: Refusal[]): RejectedRow[] {
  if (refused.length === 0) return rejected;
  return [...rejected, ...refused.map(rejectedOf)].sort((a, b) => a.line - b.line);
}

/** A row that was refused, as it is listed. Its text is not at hand any more; line and id say which it is. */
export function rejectedOf({ row: { line, externalId }, code, reason }: Refusal): RejectedRow {
  return { line, column: 'external_interaction_id', code, reason, raw: '', externalId };
}
