import type { AnnounceFailed, FailedEnd } from '../../../db/queries/recordings.ts';
import { failureAnnouncement } from '../../webhooks/analysis-events.ts';
import { type Announcement, announce } from '../../webhooks/announce.ts';

/** Announces interactions that failed before their analysis, to those who asked for it. */
export const announceFailed: AnnounceFailed = async (connection, list) => {
  const byAccount = new Map<number, Announcement[]>();
  for (const { work, end } of list)
    byAccount.set(work.accountId, [...(byAccount.get(work.accountId) ?? []), ...announcementOf(work.subject, end)]);
  for (const [accountId, announcements] of byAccount) await announce(connection, accountId, announcements);
};

function announcementOf(id: Buffer, { externalId, callbackUrl, failure }: FailedEnd): Announcement[] {
  return callbackUrl === null ? [] : [failureAnnouncement({ id, externalId, callbackUrl }, failure)];
}
