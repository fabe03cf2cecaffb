import { AppError } from '../../../shared/error.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import { TimeReader } from '../../rows/validate/time.ts';
import type { InteractionItem } from './item-schema.ts';

/** Fields of an interaction as they come in JSON; those of its content may be absent, as in an upload. */
export type ReceivedItem = Omit<InteractionItem, 'audio_url' | 'transcript_url' | 'transcript_text'> &
  Partial<Pick<InteractionItem, 'audio_url' | 'transcript_url' | 'transcript_text'>>;

/** By time zone; there are a few hundred of them. */
const timeReaders = new Map<string, TimeReader>();

/**
 * An item that interactionItemSchema has accepted, as it is stored: texts trimmed, empty ones absent, times in UTC. A time
 * without an offset is in `timezone`, the account's. Throws `invalid` with its field for a day that is in no calendar.
 */
export function interactionOf(item: ReceivedItem, { timezone }: { timezone: string }): Interaction {
  const transcriptUrl = trimmed(item.transcript_url);
  return {
    // As it stands: identifiers compare byte by byte, spaces included.
    externalId: item.external_interaction_id,
    channelType: item.channel_type.trim(),
    source: trimmed(item.source),
    language: trimmed(item.language),
    startTimeMs: startTimeMs(item.interaction_start_time, timezone),
    durationSeconds: item.duration_seconds ?? null,
    audioFormat: trimmed(item.audio_format),
    callbackUrl: trimmed(item.callback_url),
    piiRedacted: item.pii_redacted ?? false,
    audioUrl: trimmed(item.audio_url),
    transcriptUrl,
    transcriptText:
      transcriptUrl === null && trimmed(item.transcript_text) !== null ? (item.transcript_text ?? null) : null,
    metadata: item.metadata ? JSON.stringify(item.metadata) : '{}',
  };
}

function trimmed(text: string | null | undefined): string | null {
  return text?.trim() || null;
}

function startTimeMs(text: string | null | undefined, timezone: string): number | null {
  const time = trimmed(text);
  if (time === null) return null;
  const ms = timeReaderOf(timezone).read(time);
  if (ms !== undefined) return ms;
  throw new AppError(
    'invalid',
    `interaction_start_time is "${time}"; it must be a date and time such as 2026-11-20T09:15:00+05:30`,
    { field: 'interaction_start_time' },
  );
}

function timeReaderOf(timezone: string): TimeReader {
  let reader = timeReaders.get(timezone);
  if (!reader) {
    reader = new TimeReader(timezone);
    timeReaders.set(timezone, reader);
  }
  return reader;
}
