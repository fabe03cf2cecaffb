import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { Pool } from 'mysql2/promise';
import {
  type RejectedFilter,
  type RejectedRowShown,
  rejectedStates,
  selectRejectedPage,
  selectRejectedRow,
} from '../../db/queries/rejected-rows-page.ts';
import { parseUuid } from '../../db/uuid.ts';
import { mendedColumns } from '../pipeline/mended-file.ts';
import type { Cell } from '../reports/cell.ts';
import { csvBlocks } from '../reports/csv.ts';
import type { Ticket } from '../security/tickets.ts';
import type { Services } from '../services.ts';

const pageSize = 1000;

/** Sends rejected rows as the CSV file that replayMendedFile() takes back. */
export async function sendRejectedRows(
  { database }: Pick<Services, 'database'>,
  { accountId, executionId, state }: Extract<Ticket, { kind: 'rejected_rows' }>,
  response: Response,
): Promise<void> {
  response.attachment('rejected-rows.csv').set('Cache-Control', 'private, no-store');
  const filter = {
    state: rejectedStates.find((known) => known === state),
    executionId: parseUuid(executionId) ?? undefined,
  };
  const options = { header: [...mendedColumns], time: (at: Date) => at.toISOString(), bom: true };
  const blocks = csvBlocks(rejectedCells(database.pool, accountId, filter), options);
  await pipeline(Readable.from(blocks, { objectMode: false }), response);
}

async function* rejectedCells(pool: Pool, accountId: number, filter: RejectedFilter): AsyncGenerator<Cell[][]> {
  for (let after: number | undefined; ; ) {
    const rows = await selectRejectedPage(pool, accountId, filter, { after, limit: pageSize });
    for (const row of rows) yield [cellsOf(row.is_shortened ? await wholeRow(pool, accountId, row) : row)];
    after = rows.at(-1)?.id;
    if (rows.length < pageSize) return;
  }
}

/** Long texts come one by one: a page of them would not fit into memory. */
async function wholeRow(pool: Pool, accountId: number, row: RejectedRowShown): Promise<RejectedRowShown> {
  return (await selectRejectedRow(pool, accountId, row.id)) ?? row;
}

/** In the order of mendedColumns. */
function cellsOf({ id, file_name, line, column, code, reason, raw }: RejectedRowShown): Cell[] {
  return [id, file_name, line, column, code, reason, raw];
}
