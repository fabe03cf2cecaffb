import type { HostBridge } from '../host/bridge.ts';
import type { PublicApi } from './client.ts';
import { problemOf, ShownError } from './problem.ts';
import type { Grant, Renewal } from './session.ts';

/** At our own address: the one cookie there is, which only this address reads. 204 means that somebody must sign in. */
export function renewByCookie(): Renewal {
  return async () => {
    const answer = await fetch('/session/renew', { method: 'POST', credentials: 'same-origin', cache: 'no-store' });
    if (answer.status === 204) return undefined;
    if (!answer.ok)
      throw new ShownError(`The session could not be renewed (status ${answer.status}). Load the page again.`);
    const body: unknown = await answer.json();
    if (!isGrant(body))
      throw new ShownError('The session could not be renewed: the answer is not understood. Load the page again.');
    return body;
  };
}

/** In a frame: the host's backend signs a new token, which is swapped for a session. */
export function renewByHost(host: HostBridge, api: PublicApi): Renewal {
  return async () => {
    const token = await host.requestToken();
    try {
      return await api.session.exchange.mutate({ token });
    } catch (error) {
      throw new ShownError(problemOf(error).message, { cause: error });
    }
  };
}

function isGrant(body: unknown): body is Grant {
  return (
    typeof body === 'object' &&
    body !== null &&
    'token' in body &&
    typeof body.token === 'string' &&
    'expires_in_ms' in body &&
    typeof body.expires_in_ms === 'number'
  );
}
