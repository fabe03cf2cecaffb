import { basename } from 'node:path/win32';
import { MIMEParams, MIMEType } from 'node:util';
import { AppError } from '../../../shared/error.ts';

/** What the headers of a part say. */
export interface PartHead {
  name: string;
  /** As the client calls it, without folders. */
  fileName: string | undefined;
  /** In small letters, without parameters. */
  type: string;
  charset: string;
}

/** The headers of a part by their names in small letters, one character for each byte. */
export type PartHeaders = Readonly<Record<string, string[]>>;

/** More is kept than is allowed, so that what is too long is known to be. */
export const headBytes = { allowed: 8 * 1024, kept: 16 * 1024 };

/** Throws `invalid`, with the number of the part and its header, for what is no part of a form. */
export function readHead(headers: PartHeaders, place: number): PartHead {
  const size = Object.entries(headers).reduce((sum, [key, values]) => sum + key.length + values.join().length, 0);
  if (size > headBytes.allowed)
    throw wrong(place, `has headers of more than ${headBytes.allowed / 1024} KB; shorten its names.`);
  const [disposition] = headers['content-disposition'] ?? [];
  if (disposition === undefined) throw wrong(place, `has no readable header ${wanted}, with its lines ended by CR LF.`);
  const { essence, params } = mimeOf(`multipart/${disposition}`);
  if (essence !== 'multipart/form-data')
    throw wrong(place, `has the header "Content-Disposition: ${disposition.slice(0, 60)}" in place of ${wanted}.`);
  const name = params.get('name');
  if (!name) throw wrong(place, `has no name; its header has to be ${wanted}.`);
  const contentType = mimeOf(headers['content-type']?.[0] ?? 'text/plain');
  return {
    name: utf8(name, place),
    fileName: fileNameOf(params.get('filename') ?? undefined, params.get('filename*') ?? undefined, place),
    type: contentType.essence || 'text/plain',
    charset: contentType.params.get('charset') ?? 'utf-8',
  };
}

/** For a part whose headers had no end when the next part, or the end of the form, came. */
export function endlessHead(place: number): AppError {
  return wrong(place, 'has headers without an end: an empty line has to follow them, all lines ended by CR LF.');
}

const wanted = '"Content-Disposition: form-data; name=…"';

/** Of what cannot be read nothing is known; the caller refuses it, or takes it for text. */
function mimeOf(text: string): { essence: string; params: MIMEParams } {
  try {
    return new MIMEType(text);
  } catch {
    return { essence: '', params: new MIMEParams() };
  }
}

function fileNameOf(plain: string | undefined, extended: string | undefined, place: number): string | undefined {
  const name = extended === undefined ? plain && utf8(plain, place) : percentDecoded(extended, place);
  if (name === undefined) return undefined;
  if (/\p{Cc}/u.test(name)) throw wrong(place, 'has a line break or another control character in its filename.');
  return basename(name);
}

/** RFC 8187: the charset, a language, the name. */
function percentDecoded(text: string, place: number): string {
  const [, encoded] = /^utf-8'[^']*'(.*)$/i.exec(text) ?? [];
  try {
    if (encoded !== undefined) return decodeURIComponent(encoded);
  } catch (cause) {
    throw wrong(place, 'has a filename* that is not UTF-8.', cause);
  }
  throw wrong(place, "has a filename* that is not written as UTF-8''name.");
}

function utf8(bytes: string, place: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch (cause) {
    throw wrong(place, 'has a name or filename that is not UTF-8.', cause);
  }
}

function wrong(place: number, what: string, cause?: unknown): AppError {
  return new AppError('invalid', `Part ${place} of the form ${what}`, { cause });
}
