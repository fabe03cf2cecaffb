import { initTRPC } from '@trpc/server';
import { errorShape, newTraceId } from '../http/errors.ts';
import { requireAdmin, requireAdminOfConsole, sessionEnded } from '../security/guards.ts';
import { findSession } from '../security/sessions.ts';
import type { ConsoleContext } from './context.ts';

const t = initTRPC.context<ConsoleContext>().create({
  errorFormatter: ({ error, ctx }) => errorShape(error, ctx?.traceId ?? newTraceId()),
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 45_000 } },
});

export const { router } = t;

/** Open to everybody: signing in, and setting up an installation that has no account yet. */
export const anybody = t.procedure;

/** Everybody of the account, each in their own scope. */
export const signedIn = t.procedure.use(async ({ ctx, next }) => {
  const session = ctx.token ? await findSession(ctx.services, ctx.token) : undefined;
  if (!session) throw sessionEnded();
  return next({ ctx: { session } });
});

/** Data Integration and Automation: admins of accounts whose console is on. */
export const adminOfConsole = signedIn.use(({ ctx, next }) => {
  requireAdminOfConsole(ctx.session);
  return next();
});

/** What an account's admin decides whether or not its console is on: who may sign in, and what they see. */
export const admin = signedIn.use(({ ctx, next }) => {
  requireAdmin(ctx.session);
  return next();
});
