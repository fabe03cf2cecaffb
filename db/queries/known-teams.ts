import type { Pool, RowDataPacket } from 'mysql2/promise';
import { interactionStatuses } from '../../shared/interaction.ts';

/** Teams are looked for in so many. */
const newestInteractions = 2_000;

/** The teams of the account's newest interactions. Byte by byte, as scopes compare them: `sales` is not `Sales`. */
export async function recentTeams(pool: Pool, accountId: number): Promise<string[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT DISTINCT CAST(JSON_UNQUOTE(JSON_EXTRACT(newest.metadata, '$.team_name')) AS BINARY) AS team FROM (
       SELECT metadata FROM interaction WHERE account_id = ? AND status = ? ORDER BY occurred_at DESC, id DESC LIMIT ?
     ) newest`,
    [accountId, interactionStatuses.indexOf('completed'), newestInteractions],
  );
  const teams = rows.map(({ team }) => (team === null ? '' : String(team)));
  // JSON's null is no team.
  return teams.filter((team) => team !== '' && team !== 'null');
}
