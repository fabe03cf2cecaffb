/**
 * What the frame and its host page say to each other.
 *
 *     frame ── ready (no secret, to anybody) ──▶ host
 *     frame ◀── connect + a MessagePort ──────── host      (only from the parent window, only from a listed origin)
 *     then on the port:  token-request ▶ ◀ token | token-failed     address ⇄ address
 */
export const readyMessage = 'cqa:ready';
export const connectMessage = 'cqa:connect';

export type FromFrame = { type: 'token-request'; id: number } | { type: 'address'; address: string; title: string };

export type FromHost =
  | { type: 'token'; id: number; token: string }
  | { type: 'token-failed'; id: number; message: string }
  | { type: 'address'; address: string };
