import { sessionEnded } from '../../security/guards.ts';
import { peekSession, type Session } from '../../security/sessions.ts';
import { signedIn } from '../trpc.ts';
import { type Change, type ChangeTopic, openTopics } from './feed.ts';

/**
 * One stream a tab: what has changed, so that the page asks for it again. Everybody is told of the exports that he asked
 * for himself. It ends when the session does.
 */
export const watch = signedIn.subscription(async function* ({ ctx, signal }): AsyncGenerator<Change> {
  const { tokenHash, accountId, account, user } = ctx.session;
  let topics = topicsOf({ account, user });
  async function stillAllowed(): Promise<void> {
    const session = await peekSession(ctx.services, tokenHash);
    if (!session) throw sessionEnded();
    topics = topicsOf(session);
  }
  for await (const { requestedBy, ...change } of ctx.changes.follow(accountId, { signal, stillAllowed }))
    if (topics.has(change.topic) || requestedBy === user.id) yield change;
});

function topicsOf({ account, user }: Pick<Session, 'account' | 'user'>): ReadonlySet<ChangeTopic> {
  return account.consoleEnabled && user.role === 'admin'
    ? new Set([...openTopics, 'executions', 'connectors', 'jobs', 'webhooks', 'alerts', 'streams'])
    : new Set(openTopics);
}
