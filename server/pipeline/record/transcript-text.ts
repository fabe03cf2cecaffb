import { AppError } from '../../../shared/error.ts';
import { decodeWhole } from '../../rows/parse/decode.ts';
import { isSubtitles, subtitleLines } from './subtitles.ts';

/**
 * A transcript file as our lines of text. What it is goes by its content, because links often end without an extension.
 * Throws `unsupported_transcript` for documents that are known and not read yet, `not_transcript` for what is no
 * transcript, and `transcript_too_large` where it is text of which only a part is here. `name` is for the words.
 */
export function transcriptText({ bytes, isWhole }: { bytes: Buffer; isWhole: boolean }, name: string): string {
  const kind = documents.find(([, fits]) => fits(bytes))?.[0];
  if (kind) throw unsupported(name, kind);
  const text = decodeWhole(bytes).replace(/\r\n?/g, '\n').trim();
  const look = looks.find(([, fits]) => fits(text))?.[0];
  if (look) throw notTranscript(name, look);
  if (!isWhole)
    throw new AppError('transcript_too_large', `"${name}" is far larger than the 100 KB of text that are taken.`);
  if (!isSubtitles(text)) return text;
  const lines = subtitleLines(text);
  if (lines.length === 0) throw notTranscript(name, 'subtitles without a word');
  return lines.join('\n');
}

type Document = [string, (bytes: Buffer) => boolean];

const documents: Document[] = [
  ['a PDF document', (bytes) => bytes.subarray(0, 1024).includes('%PDF-')],
  ['a Word document (docx)', (bytes) => isZip(bytes) && bytes.includes('word/')],
  ['a Word document (doc)', (bytes) => bytes.subarray(0, 4).equals(Buffer.from([0xd0, 0xcf, 0x11, 0xe0]))],
  ['an RTF document', (bytes) => bytes.subarray(0, 5).equals(Buffer.from('{\\rtf'))],
];

function isZip(bytes: Buffer): boolean {
  return bytes.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'));
}

type Look = [string, (text: string) => boolean];

const looks: Look[] = [
  ['empty', (text) => text === ''],
  ['an HTML page', (text) => /^<(!doctype html|html|head|body|script|meta|title)\b|^<!--/i.test(text)],
  ['XML', (text) => /^<(\?xml|tt)\b/i.test(text)],
  ['JSON', isJson],
  ['a ZIP archive', (text) => text.startsWith('PK\x03\x04')],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells data from text
  ['no text but other data, such as a recording', (text) => /[\u0000-\u0008\u000e-\u0019\u001c-\u001f]/.test(text)],
];

/** A transcript may begin with a bracket, too (`[00:12] Agent: …`), so it counts only as a whole. */
function isJson(text: string): boolean {
  if (!/^[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function unsupported(name: string, kind: string): AppError {
  return new AppError(
    'unsupported_transcript',
    `"${name}" is ${kind}, which is not supported yet. Transcripts are read as txt, srt or vtt; export it as one of these.`,
  );
}

function notTranscript(name: string, look: string): AppError {
  return new AppError(
    'not_transcript',
    `"${name}" is no transcript: it is ${look}. Open it yourself; an expired link or a missing sign-in often answers with something else. Transcripts are read as txt, srt or vtt.`,
  );
}
