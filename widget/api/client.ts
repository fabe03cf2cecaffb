import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import { EventSource } from 'eventsource';
import type { Router } from '../../server/console/router.ts';
import type { Session } from './session.ts';

const url = '/trpc';

export type Api = ReturnType<typeof openApi>;
export type PublicApi = ReturnType<typeof openPublicApi>;

/** A client answers to every property's name, which Lit takes for a directive; inside an object it passes unharmed. */
export interface PublicAccess {
  api: PublicApi;
}

/** For what is open to everybody: signing in and setting up. No bearer, and a 401 there means a wrong password. */
export function openPublicApi() {
  return createTRPCClient<Router>({ links: [httpLink({ url })] });
}

/**
 * For who is signed in. Requests wait while the session is renewed, or while its person signs in again in place, and
 * are then sent again; so nothing that was being saved is lost.
 *
 * Not batched: one slow answer would hold up the others, and a batch's status is no longer one procedure's.
 */
export function openApi(session: Session) {
  const fetchWithBearer: typeof fetch = (input, init) => session.fetch(input, init);
  return createTRPCClient<Router>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        // The browser's own EventSource cannot send a header, and a token in the address would end up in logs.
        true: httpSubscriptionLink({
          url,
          EventSource,
          eventSourceOptions: () => ({
            fetch: (input: string | URL, init?: object) => session.fetchOnce(input, init),
          }),
        }),
        false: httpLink({ url, fetch: fetchWithBearer }),
      }),
    ],
  });
}
