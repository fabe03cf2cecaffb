import type { MadeApiKey } from '../../accounts/api-keys.ts';

/** A key in full, as its making answers it. */
export interface ShownOnce {
  uid: string;
  api_key: string;
  signing_secret: string;
}

export function shownOnce({ uid, key, signingSecret }: MadeApiKey): ShownOnce {
  return { uid, api_key: key, signing_secret: signingSecret };
}
