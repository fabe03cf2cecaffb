import { recentFiles, recentSessions, selectInboxes } from '../../../db/queries/inbox-overview.ts';
import { uuidText } from '../../../db/uuid.ts';
import { inboxServer } from '../../inbox/server-facts.ts';
import { adminOfConsole } from '../trpc.ts';

const sessionsShown = 25;
const filesShown = 50;

/** What the page Inbox shows. Times are ISO instants, sizes bytes. */
export interface InboxOverview {
  server: { host: string; port: number; host_key: string; is_up: boolean };
  inboxes: {
    uid: string;
    name: string;
    username: string;
    is_enabled: boolean;
    quota_bytes: number;
    bytes: number;
    files: number;
    uploading: number;
    public_keys: number;
    last_arrival_at: string | null;
  }[];
  sessions: {
    inbox: string;
    remote_address: string;
    client: string;
    files: number;
    bytes: number;
    started_at: string;
    ended_at: string | null;
    end_reason: string | null;
  }[];
  files: { inbox: string; path: string; state: 'uploading' | 'complete'; bytes: number; at: string }[];
}

/** The account's inboxes with what lies in them, the last sessions, and the files as they come. */
export const overview = adminOfConsole.query(async ({ ctx }): Promise<InboxOverview> => {
  const { pool } = ctx.services.database;
  const { accountId } = ctx.session;
  const [server, inboxes, sessions, files] = await Promise.all([
    inboxServer(ctx.services),
    selectInboxes(pool, accountId),
    recentSessions(pool, accountId, sessionsShown),
    recentFiles(pool, accountId, filesShown),
  ]);
  return {
    server: { host: server.host, port: server.port, host_key: server.hostKey, is_up: server.isUp },
    inboxes: inboxes.map(({ uid, isEnabled, lastArrivalAt, config, ...inbox }) => ({
      ...inbox,
      ...quotaAndKeys(config),
      uid: uuidText(uid),
      is_enabled: isEnabled,
      last_arrival_at: lastArrivalAt?.toISOString() ?? null,
    })),
    sessions: sessions.map(({ remoteAddress, startedAt, endedAt, endReason, ...session }) => ({
      ...session,
      remote_address: remoteAddress,
      started_at: startedAt.toISOString(),
      ended_at: endedAt?.toISOString() ?? null,
      end_reason: endReason,
    })),
    files: files.map(({ at, ...file }) => ({ ...file, at: at.toISOString() })),
  };
});

const bytesPerGb = 1e9;

function quotaAndKeys(config: string): { quota_bytes: number; public_keys: number } {
  const { quota, public_keys }: { quota: number; public_keys: string[] } = JSON.parse(config);
  return { quota_bytes: quota * bytesPerGb, public_keys: public_keys.length };
}
