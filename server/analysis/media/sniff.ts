import { AppError } from '../../../shared/error.ts';

/** The containers that first bytes can tell. `wav` is read by us, the others by ffmpeg. */
export const containers = [
  'wav',
  'mp3',
  'aac',
  'ogg',
  'flac',
  'amr',
  'gsm',
  'mp4',
  'webm',
  'wma',
  'aiff',
  'au',
  'caf',
] as const;
export type Container = (typeof containers)[number];

/** How many first bytes are enough to decide. */
export const sniffLength = 512;

/**
 * Tells the container from a recording's first bytes (512 are enough; fewer where it is shorter).
 * Throws AppError `not_audio` that says what the bytes look like instead: an expired link usually answers with a page.
 */
export function sniffAudio(firstBytes: Uint8Array): { container: Container } {
  if (firstBytes.length === 0) throw notAudio('it is empty (0 bytes)');
  const container = signatures.find(([, fits]) => fits(firstBytes))?.[0];
  if (container) return { container };
  throw notAudio(lookOf(firstBytes));
}

export function notAudio(finding: string): AppError {
  return new AppError(
    'not_audio',
    `The recording is not audio: ${finding}. Open its link or file yourself; an expired link or a missing sign-in often answers with something else.`,
  );
}

type Signature = [Container, (bytes: Uint8Array) => boolean];

const signatures: Signature[] = [
  ['wav', (b) => (at(b, 0, 'RIFF') || at(b, 0, 'RF64')) && at(b, 8, 'WAVE')],
  ['ogg', (b) => at(b, 0, 'OggS')],
  ['flac', (b) => at(b, 0, 'fLaC')],
  ['amr', (b) => at(b, 0, '#!AMR')],
  ['mp4', (b) => at(b, 4, 'ftyp')],
  ['webm', (b) => at(b, 0, '\x1a\x45\xdf\xa3')],
  ['wma', (b) => at(b, 0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11')],
  ['aiff', (b) => at(b, 0, 'FORM') && (at(b, 8, 'AIFF') || at(b, 8, 'AIFC'))],
  ['au', (b) => at(b, 0, '.snd')],
  ['caf', (b) => at(b, 0, 'caff')],
  ['mp3', (b) => at(b, 0, 'ID3') || isMpegLayer(b)],
  ['aac', isAdts],
  ['gsm', isRawGsm],
];

function at(bytes: Uint8Array, offset: number, text: string): boolean {
  if (bytes.length < offset + text.length) return false;
  return Array.from(text).every((letter, i) => bytes[offset + i] === letter.charCodeAt(0));
}

/** An MPEG audio frame header: 11 sync bits, then version, layer, bit rate and sample rate, none of them reserved. */
function isMpegLayer(b: Uint8Array): boolean {
  const [sync = 0, version = 0, rates = 0] = b;
  // FF FE begins UTF-16 text far more often than it begins audio (it would be MPEG Layer I).
  if (sync !== 0xff || (version & 0xe0) !== 0xe0 || version === 0xfe) return false;
  const layer = version & 0x06;
  return layer !== 0 && (version & 0x18) !== 0x08 && rates >> 4 !== 0x0f && (rates & 0x0c) !== 0x0c;
}

/** AAC's own framing has the same sync with layer 0. */
function isAdts(b: Uint8Array): boolean {
  return b[0] === 0xff && ((b[1] ?? 0) & 0xf6) === 0xf0;
}

/** GSM 06.10 has no header, but each of its 33-byte frames begins with the half byte 0xD. */
function isRawGsm(b: Uint8Array): boolean {
  const starts = [0, 33, 66, 99, 132].map((offset) => (b[offset] ?? 0) >> 4);
  return starts.every((half) => half === 0x0d);
}

const looks: [string, (text: string, bytes: Uint8Array) => boolean][] = [
  ['an HTML page', (t) => /^<(!doctype html|html|head|body|script|meta|title)\b/i.test(t)],
  ['XML', (t) => /^<(\?xml|[a-z][\w:.-]*[\s/>])/i.test(t)],
  ['a playlist', (t) => t.startsWith('#EXTM3U')],
  ['JSON', (t) => /^(\{\s*("|\}|$)|\[\s*(["{[\]\d]|$))/.test(t)],
  ['a ZIP archive', (_, b) => at(b, 0, 'PK\x03\x04')],
  ['a gzip archive', (_, b) => at(b, 0, '\x1f\x8b')],
  ['a PDF', (_, b) => at(b, 0, '%PDF')],
  ['an image', (_, b) => at(b, 0, '\x89PNG') || at(b, 0, '\xff\xd8\xff') || at(b, 0, 'GIF8')],
  ['a RIFF file that is no WAVE', (_, b) => at(b, 0, 'RIFF') || at(b, 0, 'RIFX')],
];

function lookOf(bytes: Uint8Array): string {
  const first = bytes.subarray(0, sniffLength);
  const text = textOf(first);
  const look = looks.find(([, fits]) => fits(text ?? '', first))?.[0];
  if (look) return `it looks like ${look}`;
  if (text !== null) return `it looks like plain text ("${text.slice(0, 40).trim()}")`;
  const hex = Array.from(first.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `its first bytes (${hex}) belong to no audio format known here`;
}

/** The bytes as text without its byte order mark and leading space, or null when they are no text. */
function textOf(bytes: Uint8Array): string | null {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const text = new TextDecoder(utf16 ? 'utf-16le' : 'utf-8').decode(bytes, { stream: true }).trimStart();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells data from text
  return /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text) ? null : text;
}
