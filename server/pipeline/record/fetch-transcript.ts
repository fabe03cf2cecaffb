import type { RecordingList } from '../../../db/queries/recordings.ts';
import type { TranscriptOutcome } from '../../../db/queries/transcripts.ts';
import type { Work } from '../../../db/queries/work.ts';
import { AppError } from '../../../shared/error.ts';
import { limits } from '../../../shared/interaction.ts';
import { hasScheme } from '../../../shared/link.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { referencesIn } from '../../rows/references.ts';
import type { Services } from '../../services.ts';
import { givenUp, isLate } from './late.ts';
import { lastingFailure, type ReadSettings, type Reference, readReference } from './reference.ts';
import type { SourceSessions } from './sessions.ts';
import { transcriptText } from './transcript-text.ts';

/** A file may be larger than its text: UTF-16 takes two bytes for one, subtitles say times twice. */
const fileBytesMax = 4 * limits.transcriptBytes;

/**
 * Fetches the transcript that a row names, several files joined in their order. All of them or none: who is judged by
 * half of a conversation has not said what stands in the other half. A failure that somebody must mend is the outcome;
 * any other is thrown.
 */
export async function fetchTranscript(
  services: Services,
  sessions: SourceSessions,
  { work, list, url, signal }: { work: Work; list: RecordingList; url: string; signal: AbortSignal },
): Promise<TranscriptOutcome> {
  const { connectorId, itemKey } = list;
  // Larger files are told by what they are; see filePart().
  const limits = { signal, maxBytes: Number.MAX_SAFE_INTEGER, tooLargeCode: 'transcript_too_large' as const };
  const settings: ReadSettings = { services, sessions, limits };
  try {
    let joined = '';
    for (const text of namedIn(url)) {
      const reference: Reference = { accountId: work.accountId, connectorId, itemKey, text, field: 'transcript_url' };
      const part = await readReference(reference, settings, (content) => filePart(content, signal));
      joined += `${joined === '' ? '' : '\n'}${transcriptText(part, nameOf(text))}`;
      requireSize(joined);
    }
    return { state: 'here', text: joined };
  } catch (thrown) {
    const reference = { field: 'transcript_url', reference: url, lateSeconds: list.transcriptLateSeconds } as const;
    const failure = !signal.aborted && isLate(thrown) ? givenUp(reference) : undefined;
    if (failure) return { state: 'failed', failure };
    return { state: 'failed', failure: lastingFailure(thrown, signal, 'the download of a transcript') };
  }
}

function namedIn(url: string): string[] {
  const references = referencesIn(url);
  if (references.length === 0) throw new AppError('path_missing', 'transcript_url names no transcript.');
  return references;
}

/** The beginning of a file is enough to tell what it is, where it is larger than any transcript. */
async function filePart(content: ByteStream, signal: AbortSignal): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of content) {
    if (signal.aborted) throw signal.reason;
    length += piece.byteLength;
    pieces.push(Buffer.from(piece));
    if (length > fileBytesMax) break;
  }
  return { bytes: Buffer.concat(pieces), isWhole: length <= fileBytesMax };
}

function requireSize(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= limits.transcriptBytes) return;
  const [had, most] = [bytes, limits.transcriptBytes].map((count) => count.toLocaleString('en'));
  throw new AppError(
    'transcript_too_large',
    `The transcript has ${had} bytes of text (UTF-8); ${most} (100 KB) are the most that is taken.`,
  );
}

/** How it is named in words. A link's query often carries its permission, so that part is not repeated. */
function nameOf(reference: string): string {
  const name = hasScheme(reference) ? reference.replace(/[?#].*$/s, '') : reference;
  return name.length > 200 ? `${name.slice(0, 200)}…` : name;
}
