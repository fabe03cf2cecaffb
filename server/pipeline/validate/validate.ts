import { type CanonicalField, limits } from '../../../shared/interaction.ts';
import type { Columns } from '../parse/header.ts';
import type { RowProblem } from '../parse/scanner.ts';
import { meaningOfFile } from './fallback.ts';
import { RowRejected, readSeconds, readText, readTruth, requireBytes, shown } from './fields.ts';
import type { Interaction } from './interaction.ts';
import { TimeReader } from './time.ts';

/** What the table's columns hold, in characters and (of TEXT) bytes. */
const lengths = { channel_type: 32, source: 191, language: 32, audio_format: 32 } as const;
const urlBytes = 65_535;

/** Turns the rows of one file into interactions. Made once for each header. */
export class RowValidator {
  readonly #canonical: Columns['canonical'];
  readonly #metadata: { position: number; prefix: string }[];
  readonly #times: TimeReader;

  /** `timezone` is the account's: times without an offset are in it. */
  constructor({ canonical, metadata }: Columns, timezone: string) {
    this.#canonical = canonical;
    this.#metadata = metadata.map(({ key, position }) => ({ position, prefix: `${JSON.stringify(key)}:` }));
    this.#times = new TimeReader(timezone);
  }

  /** The interaction, or why the row cannot be one. */
  validate(fields: readonly string[]): Interaction | RowProblem {
    try {
      return this.#read(fields);
    } catch (thrown) {
      if (thrown instanceof RowRejected) return thrown.problem;
      throw thrown;
    }
  }

  #read(fields: readonly string[]): Interaction {
    const interaction: Interaction = {
      externalId: this.#externalId(fields),
      channelType: this.#required(fields, 'channel_type', lengths.channel_type),
      source: this.#text(fields, 'source', lengths.source),
      language: this.#text(fields, 'language', lengths.language),
      startTimeMs: this.#startTimeMs(fields),
      durationSeconds: readSeconds(this.#trimmed(fields, 'duration_seconds'), 'duration_seconds'),
      audioFormat: this.#text(fields, 'audio_format', lengths.audio_format),
      callbackUrl: this.#url(fields, 'callback_url'),
      piiRedacted: readTruth(this.#trimmed(fields, 'pii_redacted'), 'pii_redacted'),
      audioUrl: this.#url(fields, 'audio_url'),
      transcriptUrl: this.#url(fields, 'transcript_url'),
      transcriptText: null,
      metadata: this.#metadataJson(fields),
    };
    interaction.transcriptText = this.#transcript(fields, interaction.transcriptUrl);
    if (interaction.audioUrl === null && interaction.transcriptText === null && interaction.transcriptUrl === null)
      this.#fallBack(fields, interaction);
    return interaction;
  }

  #value(fields: readonly string[], name: CanonicalField): string {
    const position = this.#canonical[name];
    return position === undefined ? '' : (fields[position] ?? '');
  }

  #trimmed(fields: readonly string[], name: CanonicalField): string {
    return this.#value(fields, name).trim();
  }

  /** As it stands: identifiers compare byte by byte, spaces included. */
  #externalId(fields: readonly string[]): string {
    const id = this.#value(fields, 'external_interaction_id');
    if (id.trim() === '') throw missing('external_interaction_id');
    requireBytes(id, 'external_interaction_id', limits.externalIdBytes);
    return id;
  }

  #required(fields: readonly string[], name: CanonicalField, maxLength: number): string {
    const text = this.#text(fields, name, maxLength);
    if (text === null) throw missing(name);
    return text;
  }

  #text(fields: readonly string[], name: CanonicalField, maxLength: number): string | null {
    return readText(this.#trimmed(fields, name), name, maxLength);
  }

  #url(fields: readonly string[], name: CanonicalField): string | null {
    const url = this.#trimmed(fields, name);
    requireBytes(url, name, urlBytes);
    return url === '' ? null : url;
  }

  #startTimeMs(fields: readonly string[]): number | null {
    const name = 'interaction_start_time';
    const text = this.#trimmed(fields, name);
    if (text === '') return null;
    const ms = this.#times.read(text);
    if (ms !== undefined) return ms;
    const reason = `${name} is ${shown(text)}; it must be a date and time such as 2026-11-03T09:15:00+05:30.`;
    throw new RowRejected('bad_time', reason, name);
  }

  /** A transcript's URL wins over its text, which then may be of any length. */
  #transcript(fields: readonly string[], transcriptUrl: string | null): string | null {
    const text = this.#value(fields, 'transcript_text');
    if (text === '' || transcriptUrl !== null || text.trim() === '') return null;
    requireBytes(text, 'transcript_text', limits.transcriptBytes);
    return text;
  }

  #metadataJson(fields: readonly string[]): string {
    let json = '';
    let count = 0;
    for (const { position, prefix } of this.#metadata) {
      const value = fields[position] ?? '';
      if (value === '' || value.trim() === '') continue;
      json += (count++ === 0 ? '{' : ',') + prefix + JSON.stringify(value);
    }
    if (count > limits.metadataKeys) throw tooManyKeys(count);
    return count === 0 ? '{}' : `${json}}`;
  }

  #fallBack(fields: readonly string[], interaction: Interaction): void {
    const fileUrl = this.#url(fields, 'file_url');
    if (fileUrl === null) throw new RowRejected('no_content', noContent);
    const { audioFormat } = interaction;
    Object.assign(interaction, meaningOfFile(fileUrl, this.#trimmed(fields, 'file_type')));
    interaction.audioFormat = audioFormat ?? interaction.audioFormat;
  }
}

const noContent = 'The row has neither audio_url nor transcript_url nor transcript_text; at least one is needed.';

function missing(name: string): RowRejected {
  return new RowRejected('missing_field', `${name} is empty; every row needs it.`, name);
}

function tooManyKeys(count: number): RowRejected {
  const reason = `The row has ${count} metadata values; metadata must not exceed ${limits.metadataKeys} keys. Leave out the columns that are not needed.`;
  return new RowRejected('too_many_metadata_keys', reason);
}

export function isProblem(outcome: Interaction | RowProblem): outcome is RowProblem {
  return 'code' in outcome;
}
