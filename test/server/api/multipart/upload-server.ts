import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RowDataPacket } from 'mysql2/promise';
import type { Services } from '../../../../server/services.ts';

/** Every file in storage, also those under way. */
export function storedFiles({ config }: Pick<Services, 'config'>): string[] {
  try {
    const entries = readdirSync(fileURLToPath(config.storageUrl), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw thrown;
  }
}

/** How many uploads somebody still has to look at. */
export async function notedUploads({ database }: Pick<Services, 'database'>): Promise<number> {
  const [rows] = await database.pool.query<RowDataPacket[]>("SELECT COUNT(*) AS n FROM work WHERE kind = 'upload'");
  return rows[0]?.n;
}

export interface InteractionRow {
  external_id: string;
  channel_type: string;
  source: string | null;
  start: Date | null;
  metadata: Record<string, unknown>;
  state: string;
  storage_key: string;
  byte_size: number;
  sha256: string;
  reference: string;
  work: string | null;
}

/** An interaction with its recording and the work that waits for it, as the database has them. */
export async function interactionRow({ database }: Pick<Services, 'database'>, id: string): Promise<InteractionRow> {
  const [rows] = await database.pool.query<RowDataPacket[]>(
    `SELECT CAST(i.external_id AS CHAR) AS external_id, i.channel_type, i.source, i.interaction_start_time AS start,
       i.metadata, r.state, r.storage_key, r.byte_size, LOWER(HEX(r.sha256)) AS sha256, r.reference,
       (SELECT GROUP_CONCAT(kind) FROM work WHERE subject = i.id) AS work
     FROM interaction i JOIN recording r ON r.interaction_id = i.id WHERE i.id = UNHEX(?)`,
    [id.replaceAll('-', '')],
  );
  const [row] = rows;
  if (!row) throw new Error(`There is no interaction ${id} with a recording.`);
  return { ...(row as InteractionRow), metadata: JSON.parse(row.metadata) };
}
