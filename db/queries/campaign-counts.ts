import type { RowDataPacket } from 'mysql2/promise';
import { campaignMark } from '../../shared/campaign.ts';
import { interactionStatuses } from '../../shared/interaction.ts';
import type { Connection } from '../database.ts';

export interface CampaignCounts {
  interactions: number;
  /** Complete, with at least a look at what rules say; those that no rule takes are not among them. */
  analysed: number;
  failed: number;
  /** Being fetched, or waiting for their analysis. */
  waiting: number;
}

const completed = interactionStatuses.indexOf('completed');
const failed = interactionStatuses.indexOf('failed');

/**
 * By the mark in their metadata, whatever brought them: one look at every conversation of the account, because no index
 * stands over the metadata.
 */
export async function countByCampaign(connection: Connection, accountId: number): Promise<Map<string, CampaignCounts>> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT JSON_VALUE(metadata, '$.${campaignMark}') AS campaign, COUNT(*) AS interactions,
            SUM(status = ${completed} AND unanalysed_reason IS NULL) AS analysed, SUM(status = ${failed}) AS failed,
            SUM(status NOT IN (${completed}, ${failed})) AS waiting
       FROM interaction WHERE account_id = ? AND metadata LIKE '%"${campaignMark}"%'
      GROUP BY campaign HAVING campaign IS NOT NULL`,
    [accountId],
  );
  return new Map(
    rows.map(({ campaign, interactions, analysed, failed, waiting }) => [
      String(campaign),
      { interactions, analysed: Number(analysed), failed: Number(failed), waiting: Number(waiting) },
    ]),
  );
}
