import type { PoolConnection } from 'mysql2/promise';
import { addFeedback } from '../../../db/queries/feedback.ts';
import type { AnnounceFailed, FailedEnd } from '../../../db/queries/recordings.ts';
import type { ResultTargets } from '../../feedback/targets.ts';
import { failureAnnouncement } from '../../webhooks/analysis-events.ts';
import { type Announcement, announce } from '../../webhooks/announce.ts';

type FailedList = Parameters<AnnounceFailed>[1];

/** Announces interactions that failed before their analysis, to those who asked for it. */
export function announceFailed(targets: ResultTargets): AnnounceFailed {
  return async (connection, list) => {
    await announceByAccount(connection, list);
    const owned = await targets.withTarget(connection, list, ({ end }) => end.connectorId);
    await addFeedback(
      connection,
      owned.map(({ work: { accountId, subject }, end: { connectorId } }) => ({ accountId, connectorId, subject })),
    );
  };
}

async function announceByAccount(connection: PoolConnection, list: FailedList): Promise<void> {
  const byAccount = new Map<number, Announcement[]>();
  for (const { work, end } of list)
    byAccount.set(work.accountId, [...(byAccount.get(work.accountId) ?? []), ...announcementOf(work.subject, end)]);
  for (const [accountId, announcements] of byAccount) await announce(connection, accountId, announcements);
}

function announcementOf(id: Buffer, { externalId, callbackUrl, failure }: FailedEnd): Announcement[] {
  return callbackUrl === null ? [] : [failureAnnouncement({ id, externalId, callbackUrl }, failure)];
}
