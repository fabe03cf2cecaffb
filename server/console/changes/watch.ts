import { peekSession } from '../../security/sessions.ts';
import { sessionEnded } from '../guards.ts';
import { signedIn } from '../trpc.ts';
import { type Change, type ChangeTopic, openTopics } from './feed.ts';

/** One stream a tab: what has changed, so that the page asks for it again. It ends when the session does. */
export const watch = signedIn.subscription(async function* ({ ctx, signal }): AsyncGenerator<Change> {
  const { tokenHash, accountId, account, user } = ctx.session;
  const topics = topicsOf(account.consoleEnabled && user.role === 'admin');
  async function stillAllowed(): Promise<void> {
    if (!(await peekSession(ctx.services, tokenHash))) throw sessionEnded();
  }
  for await (const change of ctx.changes.follow(accountId, { signal, stillAllowed }))
    if (topics.has(change.topic)) yield change;
});

function topicsOf(isAdminOfConsole: boolean): ReadonlySet<ChangeTopic> {
  return isAdminOfConsole
    ? new Set([...openTopics, 'executions', 'connectors', 'jobs', 'webhooks', 'alerts', 'streams'])
    : new Set(openTopics);
}
