import { type CanonicalField, canonicalFields, limits } from '../../../shared/interaction.ts';
import type { Scalar } from '../../../shared/quality.ts';
import type { Columns } from '../parse/header.ts';
import { meaningOfFile } from './fallback.ts';
import { RowRejected, readSeconds, readText, readTruth, requireBytes, shown } from './fields.ts';
import type { Interaction } from './interaction.ts';
import { requireLinks } from './links.ts';
import { fillTemplate } from './template.ts';
import { TimeReader } from './time.ts';

/** What stands for a row's value where the row leaves it empty. */
export interface RowDefaults {
  channelType?: string | undefined;
  source?: string | undefined;
  /** By a template: see fillTemplate(). For rows that name no content of any kind. */
  audioUrl?: string | undefined;
  callbackUrl?: string | undefined;
  piiRedacted?: boolean | undefined;
  /** The row's own keys win. */
  metadata?: Record<string, Scalar> | undefined;
}

/** What else decides about how rows are read. */
export interface ReadingOptions {
  defaults?: RowDefaults | undefined;
  /** Recordings and transcripts must be links: there is no system whose paths a row could name. */
  linksOnly?: boolean | undefined;
}

/** Reads canonical values, which come as texts, whatever kind of file or request they stood in. */
export class InteractionReader {
  readonly #canonical: Columns['canonical'];
  readonly #times: TimeReader;
  readonly #channelType: string | null;
  readonly #source: string | null;
  readonly #audioUrl: string | undefined;
  readonly #callbackUrl: string | null;
  readonly #piiRedacted: boolean;
  readonly #linksOnly: boolean;

  /** `canonical` tells the position of each value; `timezone` is the account's: times without an offset are in it. */
  constructor(canonical: Columns['canonical'], timezone: string, { defaults = {}, linksOnly }: ReadingOptions = {}) {
    this.#canonical = canonical;
    this.#times = new TimeReader(timezone);
    this.#channelType = defaults.channelType ?? null;
    this.#source = defaults.source ?? null;
    this.#audioUrl = defaults.audioUrl;
    this.#callbackUrl = defaults.callbackUrl ?? null;
    this.#piiRedacted = defaults.piiRedacted ?? false;
    this.#linksOnly = linksOnly ?? false;
  }

  /** `metadata` is its JSON text. Throws RowRejected. */
  read(fields: readonly string[], metadata: string): Interaction {
    const interaction: Interaction = {
      externalId: this.#externalId(fields),
      channelType: this.#text(fields, 'channel_type', limits.channelTypeLength) ?? this.#usualChannelType(),
      source: this.#text(fields, 'source', limits.sourceLength) ?? this.#source,
      language: this.#text(fields, 'language', limits.languageLength),
      startTimeMs: this.#startTimeMs(fields),
      durationSeconds: readSeconds(this.#trimmed(fields, 'duration_seconds'), 'duration_seconds'),
      audioFormat: this.#text(fields, 'audio_format', limits.audioFormatLength),
      callbackUrl: this.#url(fields, 'callback_url') ?? this.#callbackUrl,
      piiRedacted: this.#isRedacted(fields),
      audioUrl: this.#url(fields, 'audio_url'),
      transcriptUrl: this.#url(fields, 'transcript_url'),
      transcriptText: null,
      metadata,
    };
    interaction.transcriptText = this.#transcript(fields, interaction.transcriptUrl);
    if (interaction.audioUrl === null && interaction.transcriptText === null && interaction.transcriptUrl === null)
      this.#fallBack(fields, interaction);
    if (this.#linksOnly) requireLinks(interaction);
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
    if (id === '.' || id === '..')
      throw new RowRejected(
        'bad_value',
        `external_interaction_id is ${shown(id)}; no address can name it.`,
        'external_interaction_id',
      );
    return id;
  }

  #usualChannelType(): string {
    if (this.#channelType === null) throw missing('channel_type');
    return this.#channelType;
  }

  #text(fields: readonly string[], name: CanonicalField, maxLength: number): string | null {
    return readText(this.#trimmed(fields, name), name, maxLength);
  }

  #isRedacted(fields: readonly string[]): boolean {
    const text = this.#trimmed(fields, 'pii_redacted');
    return text === '' ? this.#piiRedacted : readTruth(text, 'pii_redacted');
  }

  #url(fields: readonly string[], name: CanonicalField): string | null {
    const url = this.#trimmed(fields, name);
    requireBytes(url, name, limits.urlBytes);
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

  #fallBack(fields: readonly string[], interaction: Interaction): void {
    const fileUrl = this.#url(fields, 'file_url');
    if (fileUrl === null) {
      interaction.audioUrl = this.#usualAudioUrl(fields, interaction);
      return;
    }
    const { audioFormat } = interaction;
    Object.assign(interaction, meaningOfFile(fileUrl, this.#trimmed(fields, 'file_type')));
    interaction.audioFormat = audioFormat ?? interaction.audioFormat;
  }

  #usualAudioUrl(fields: readonly string[], { metadata }: Interaction): string {
    if (this.#audioUrl === undefined) throw new RowRejected('no_content', noContent);
    const own = JSON.parse(metadata) as Record<string, Scalar>;
    return fillTemplate(this.#audioUrl, (name) =>
      isCanonical(name) ? this.#trimmed(fields, name) : String(own[name] ?? ''),
    );
  }
}

const isCanonical = (name: string): name is CanonicalField => (canonicalFields as readonly string[]).includes(name);

const noContent = 'The row has neither audio_url nor transcript_url nor transcript_text; at least one is needed.';

function missing(name: string): RowRejected {
  return new RowRejected('missing_field', `${name} is empty; every row needs it.`, name);
}

/** Thrown by whoever counts a row's metadata. */
export function tooManyKeys(count: number): RowRejected {
  const reason = `The row has ${count} metadata values; metadata must not exceed ${limits.metadataKeys} keys. Leave out the columns that are not needed.`;
  return new RowRejected('too_many_metadata_keys', reason);
}
