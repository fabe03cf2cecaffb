import { sniffAudio, sniffLength } from '../../../analysis/media/sniff.ts';
import type { ByteStream } from '../../../byte-stream.ts';
import { endable } from '../../http/body.ts';

/** What a voice log answers with. Its status 200 says nothing about that. */
export type VoiceLogAnswer =
  | { kind: 'audio'; content: ByteStream }
  /** There is no recording, or none yet. */
  | { kind: 'empty' }
  /** The literal `null`: the key is wrong. */
  | { kind: 'null' }
  /** A page to sign in at: there is no session. */
  | { kind: 'page' }
  /** What it says in its JSON. */
  | { kind: 'error'; reason: string };

const wordsBytesMost = 4096;

/**
 * Tells from the first bytes what an answer is, before any of them is handed on. Throws `not_audio` for what is none of
 * the known kinds.
 */
export async function readAnswer(body: ByteStream): Promise<VoiceLogAnswer> {
  const pieces = body[Symbol.asyncIterator]();
  const beginning = await beginningOf(pieces, sniffLength);
  const words = beginning.toString('utf8').trim();
  const look = looks.find(([, fits]) => fits(words))?.[0];
  if (look === undefined) {
    const failure = notAudio(beginning);
    // A body that nobody begins to read has to be ended, too.
    const end = () => void pieces.return?.();
    if (!failure) return { kind: 'audio', content: endable(joined(beginning, pieces), end) };
    await pieces.return?.();
    throw failure;
  }
  const rest = look === 'error' ? await beginningOf(pieces, wordsBytesMost) : Buffer.alloc(0);
  await pieces.return?.();
  return look === 'error' ? { kind: look, reason: reasonIn(Buffer.concat([beginning, rest])) } : { kind: look };
}

const looks: [Exclude<VoiceLogAnswer['kind'], 'audio'>, (words: string) => boolean][] = [
  ['empty', (words) => words === ''],
  ['null', (words) => words === 'null'],
  ['page', (words) => /^<(!doctype|html|head|body|script|meta|!--)/i.test(words)],
  ['error', (words) => /^\{\s*"/.test(words)],
];

function notAudio(beginning: Buffer): unknown {
  try {
    sniffAudio(beginning);
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}

/** So many bytes where there are as many; a piece is valid only until the next one is asked for. */
async function beginningOf(pieces: AsyncIterator<Uint8Array>, byteCount: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  while (size < byteCount) {
    const { done, value } = await pieces.next();
    if (done) break;
    parts.push(Buffer.from(value));
    size += value.length;
  }
  return Buffer.concat(parts);
}

async function* joined(beginning: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield beginning;
  for (;;) {
    const { done, value } = await rest.next();
    if (done) return;
    yield value;
  }
}

/** What ECC says in a body, or what came instead. */
export function reasonIn(body: Buffer | string): string {
  const text = body.toString();
  return ownReasonIn(text) ?? text.slice(0, 300);
}

/**
 * `{"status":"error","reason":…}` of the older API, `{message, code, info, status}` of the newer; undefined for what is
 * neither.
 */
export function ownReasonIn(text: string): string | undefined {
  try {
    const { reason, message, info, error } = (JSON.parse(text) ?? {}) as Record<string, unknown>;
    const said = [reason, message, error, info].find((words) => typeof words === 'string' && words.trim() !== '');
    return typeof said === 'string' ? said.trim().slice(0, 300) : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

/** What ECC says when a session is over or was never there. */
export function isAboutSession(reason: string): boolean {
  return (
    /session/i.test(reason) && /invalid|expired|not (found|exist|valid)|no (such )?session|timed? ?out/i.test(reason)
  );
}

/** What ECC says when it knows no such recording. */
export function isAboutAbsence(reason: string): boolean {
  return /(not (found|available|exist|present))|no (such )?(voice ?log|recording|file)|does ?n.?t exist/i.test(reason);
}
