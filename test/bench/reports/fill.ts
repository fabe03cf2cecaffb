import type { Connection, RowDataPacket } from 'mysql2/promise';

const batch = 100_000;
const secondsApart = 2;

/**
 * So many interactions from October 2026 on, each with a completed analysis by the account's first profile. Some texts
 * need quotes and some would be formulas, so that the writers' rules are at work.
 */
export async function fillAnalyses(connection: Connection, count: number): Promise<void> {
  const [[owner]] = await connection.query<RowDataPacket[]>(
    'SELECT account_id AS accountId, id AS profileId FROM quality_profile ORDER BY id LIMIT 1',
  );
  if (!owner) throw new Error('There is no profile to score by.');
  await makeNumbers(connection, Math.min(batch, count));
  for (let first = 0; first < count; first += batch) {
    const last = Math.min(first + batch, count);
    await connection.query(addInteractions(owner.accountId, first, last));
    await connection.query(addAnalyses(owner.accountId, owner.profileId, first, last));
  }
  await connection.query('DROP TABLE bench_number');
  await connection.query('ANALYZE TABLE interaction, analysis');
}

async function makeNumbers(connection: Connection, count: number): Promise<void> {
  await connection.query('CREATE TABLE bench_number (n INT UNSIGNED PRIMARY KEY)');
  await connection.query('INSERT INTO bench_number VALUES (0)');
  for (let size = 1; size < count; size *= 2)
    await connection.query('INSERT INTO bench_number SELECT n + ? FROM bench_number WHERE n < ?', [size, size]);
}

function addInteractions(accountId: number, first: number, last: number): string {
  return `INSERT INTO interaction (id, account_id, external_id, channel_type, status, occurred_at,
      interaction_start_time, duration_seconds, source, language, metadata, content_hash, connector_id, source_item_id,
      source_line, status_modified_at, created_at)
    SELECT ${idOf('0190')}, ${accountId}, CONCAT('CALL-', LPAD(m.n, 9, '0')), 'VOICE', 2, m.at,
      m.at, 20 + m.n MOD 900, 'pbx', ELT(1 + m.n MOD 3, 'en', 'hi', 'fr'),
      JSON_OBJECT('agent_name', CONCAT(IF(m.n MOD 10 = 0, 'Rao, Agent ', 'Agent '), m.n MOD 200),
        'team_name', ELT(1 + m.n MOD 5, 'Sales', 'Support', 'Billing', '=Retention', 'Collections'),
        'campaign_id', CONCAT('C', m.n MOD 20)),
      REPEAT('0', 12), 0, 0, 1, m.at, m.at
    FROM ${momentsBetween(first, last)}`;
}

function addAnalyses(accountId: number, profileId: number, first: number, last: number): string {
  return `INSERT INTO analysis (id, account_id, interaction_id, profile_id, profile_version, execution_id, occurred_at,
      status, ai_score, final_score, criticality_adjusted_score, max_score, percentage_score, coverage_percent,
      created_at, completed_at)
    SELECT ${idOf('0191')}, ${accountId}, ${idOf('0190')}, ${profileId}, 1, REPEAT('0', 16), m.at,
      'completed', m.n MOD 31, m.n MOD 31, m.n MOD 31, 30, ROUND((m.n MOD 31) / 0.3, 3), 100,
      m.at + INTERVAL 60 SECOND, m.at + INTERVAL 90 SECOND
    FROM ${momentsBetween(first, last)}`;
}

function idOf(prefix: string): string {
  return `UNHEX(CONCAT('${prefix}', LPAD(HEX(m.n), 28, '0')))`;
}

function momentsBetween(first: number, last: number): string {
  const moment = `'2026-10-01 00:00:00' + INTERVAL (n + ${first}) * ${secondsApart} SECOND`;
  return `(SELECT n + ${first} AS n, ${moment} AS at FROM bench_number WHERE n < ${last - first}) m`;
}
