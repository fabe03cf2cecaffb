import type { Pool, RowDataPacket } from 'mysql2/promise';
import { fillAttributes, queueAttributeWork } from '../../../db/queries/attribute-fill.ts';
import { claimWork, settleWork } from '../../../db/queries/work.ts';
import { saveMetadataField } from '../../../server/quality/metadata-fields.ts';
import type { Services } from '../../../server/services.ts';
import { seedProfile } from '../../server/reports/seed.ts';

/** The newest interaction is of this moment; the account is in India. */
export const newestAt = new Date('2026-11-20T00:00:00Z');
export const listDays = 100;
export const rareAgent = 'rare@bench.example';
export const profileNamesInFill = ['Inbound', 'Outbound', 'Chat'] as const;
const rowsAtOnce = 50_000;
const dayMs = 86_400_000;

/**
 * An account's interactions over a hundred days, each with an analysis: 500 agents and one with ten interactions, 20
 * teams, each of one of seven campaigns; a queue of twenty, an outcome of which one value is rare; one in 25 failed, ten
 * being worked on, two in a thousand waiting; three profiles; percentages to a tenth, few of them high.
 */
export async function fillList(services: Services, accountId: number, rows: number): Promise<void> {
  const { pool } = services.database;
  for (const name of profileNamesInFill) await seedProfile(services, accountId, name, { Manual: { kind: 'manual' } });
  const [profiles] = await pool.query<RowDataPacket[]>(
    'SELECT MIN(id) AS first FROM quality_profile WHERE account_id = ?',
    [accountId],
  );
  for (let first = 0; first < rows; first += rowsAtOnce)
    await addRows(pool, accountId, { first, rows, firstProfile: profiles[0]?.first });
  for (const key of ['queue', 'outcome', 'campaign_id'])
    await saveMetadataField(services, accountId, { cqa_key: key, display_name: key, is_used_for_filtering: true });
  await pool.query('ANALYZE TABLE interaction, analysis');
}

/** Does the waiting `index` work here and now. Gives the interactions a second, with all fields. */
export async function fillAllAttributes(pool: Pool): Promise<number> {
  await queueAttributeWork(pool);
  const startedAt = performance.now();
  for (const work of await claimWork(pool, 'index', { limit: 10, leaseSeconds: 3_600 })) {
    while (await fillAttributes(pool, work));
    await settleWork(pool, work);
  }
  const tookMs = performance.now() - startedAt;
  const [rows] = await pool.query<RowDataPacket[]>('SELECT MAX(rows_filled) AS n FROM attribute_field');
  await pool.query('ANALYZE TABLE interaction_attribute');
  return Number(rows[0]?.n ?? 0) / (tookMs / 1000);
}

const digits = `(${[1, 2, 3, 4, 5, 6, 7, 8, 9].reduce((all, d) => `${all} UNION ALL SELECT ${d}`, 'SELECT 0 AS d')})`;
/** Whole numbers that differ by `salt`, from 0 on and below `below`. */
const dice = (salt: string, below: number) => `(CRC32(CONCAT('${salt}', n)) % ${below})`;
/** A time-ordered id; `mark` tells those of interactions and analyses apart. */
const idOf = (mark: string) =>
  `UNHEX(CONCAT(LPAD(HEX(at_ms), 12, '0'), '7', LPAD(HEX(n % 4096), 3, '0'), '8', LEFT(SHA2(CONCAT('${mark}', n), 256), 15)))`;

async function addRows(
  pool: Pool,
  accountId: number,
  { first, rows, firstProfile }: { first: number; rows: number; firstProfile: number },
): Promise<void> {
  const beganMs = newestAt.getTime() - listDays * dayMs;
  const numbers = `SELECT n, ${beganMs} + FLOOR((n + 1) * ${(listDays * dayMs) / rows}) AS at_ms
    FROM (SELECT ? + a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d AS n
            FROM ${digits} a, ${digits} b, ${digits} c, ${digits} d, ${digits} e) numbers
    WHERE n < ? AND n < ?`;
  const bounds = [first, first + rowsAtOnce, rows];
  const time = 'FROM_UNIXTIME(at_ms / 1000)';
  const agent = `IF(n % ${Math.ceil(rows / 10)} = 7, '${rareAgent}', CONCAT('a', ${dice('agent', 500)}, '@bench.example'))`;
  const team = dice('team', 20);
  const outcome = `CASE WHEN ${dice('outcome', 10_000)} = 0 THEN 'Escalated' WHEN n % 3 = 0 THEN 'Follow up' ELSE 'Solved' END`;
  const metadata = `CONCAT('{"agent_name":"Agent', n % 500, '","agent_email":"', ${agent}, '","team_name":"Team ', ${team},
      '","campaign_id":"c-', ${team} % 7, '","queue":"Queue ', ${dice('queue', 20)}, '","outcome":"', ${outcome},
      '","disposition":"', LEFT(SHA2(n, 256), 32), '","note":"', REPEAT('x', 150), '"}')`;
  const status = `CASE WHEN n % ${Math.ceil(rows / 10)} = 11 THEN 1 WHEN ${dice('waits', 500)} = 0 THEN 0
      WHEN ${dice('fails', 25)} = 0 THEN 3 ELSE 2 END`;
  await pool.query(
    `INSERT INTO interaction (id, account_id, external_id, channel_type, status, occurred_at, interaction_start_time,
        duration_seconds, metadata, content_hash, connector_id, source_item_id, source_line, status_modified_at, created_at)
     SELECT ${idOf('i')}, ?, CONCAT('CALL-', LPAD(n, 9, '0')), 'VOICE', ${status}, ${time}, ${time},
        n % 900, ${metadata}, LEFT(UNHEX(SHA2(n, 256)), 12), 1, 1, 2, ${time}, ${time} FROM (${numbers}) f ORDER BY n`,
    [accountId, ...bounds],
  );
  // The square of a number below one: half of them below a quarter, few near a hundred.
  const percentage = `ROUND(100 * POW(${dice('score', 100_000)} / 100000, 2), 1)`;
  await pool.query(
    `INSERT INTO analysis (id, account_id, interaction_id, profile_id, profile_version, execution_id, occurred_at, status,
        ai_score, final_score, criticality_adjusted_score, max_score, percentage_score, score_card, completed_at)
     SELECT ${idOf('a')}, ?, ${idOf('i')}, ? + FLOOR(${dice('profile', 10)} / 4), 1, LEFT(UNHEX(SHA2('execution', 256)), 16), ${time},
        'completed', ${percentage} / 2, ${percentage} / 2, ${percentage} / 2, 50, ${percentage},
        CONCAT('{"categories":[],"note":"', REPEAT('y', 300), '"}'), ${time} FROM (${numbers}) f ORDER BY n`,
    [accountId, firstProfile, ...bounds],
  );
}
