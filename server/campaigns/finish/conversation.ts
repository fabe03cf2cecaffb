import { baseName, type ConversationDefaults, type ImportSettings } from '../../../shared/campaign.ts';
import { AppError } from '../../../shared/error.ts';
import { limits } from '../../../shared/interaction.ts';
import type { Scalar } from '../../../shared/quality.ts';
import { readHeader } from '../../rows/parse/header.ts';
import type { RowProblem } from '../../rows/parse/scanner.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import { TimeReader } from '../../rows/validate/time.ts';
import { isProblem, RowValidator } from '../../rows/validate/validate.ts';
import { markOf, metadataOf, metadataText, nearer } from '../mark.ts';

/** What every conversation of one import has in common. */
export interface Surroundings {
  campaign: { id: string; name: string; defaults: ConversationDefaults };
  settings: ImportSettings;
  /** The account's. */
  timezone: string;
}

/** Columns by which a row names its recording; the first of them that is there counts. */
const fileColumns = ['file_name', 'file', 'audio_url'] as const;

/** Reads rows of one CSV, or of none, as conversations of the campaign. Values nearer to the recording win. */
export class ConversationReader {
  readonly #validator: RowValidator;
  readonly #defaults: ConversationDefaults;
  readonly #mark: Record<string, Scalar>;
  readonly #startTimeMs: number | null;
  readonly #added: number;
  readonly #positions: { file: number; externalId: number; channelType: number };

  /** Without a header: for recordings that no row speaks of. Throws `missing_columns` and `invalid`. */
  constructor({ campaign, settings, timezone }: Surroundings, header: readonly string[] = ['file_name']) {
    const names = header.map((name) => name.trim().toLowerCase());
    const added = ['external_interaction_id', 'channel_type'].filter((name) => !names.includes(name));
    const columns = readHeader([...header, ...added], mappingOf(names));
    const {
      audio_url: file = 0,
      external_interaction_id: externalId = 0,
      channel_type: channelType = 0,
    } = columns.canonical;
    this.#defaults = nearer(settings, campaign.defaults);
    this.#validator = new RowValidator(columns, timezone, {
      defaults: { source: 'manual import', metadata: metadataOf(this.#defaults) },
    });
    this.#mark = markOf(campaign);
    this.#startTimeMs = settings.start_time ? (new TimeReader(timezone).read(settings.start_time) ?? null) : null;
    this.#added = added.length;
    this.#positions = { file, externalId, channelType };
  }

  /** The recording that the row names. */
  fileOf(fields: readonly string[]): string {
    return (fields[this.#positions.file] ?? '').trim();
  }

  /** The conversation, or why the row cannot be one. Without an id of its own it has the recording's name. */
  read(fields: readonly string[], name: string): Interaction | RowProblem {
    const whole = [...fields, ...Array<string>(this.#added).fill('')];
    const fill = (position: number, value: string) => {
      if ((whole[position] ?? '').trim() === '') whole[position] = value;
    };
    fill(this.#positions.file, name);
    fill(this.#positions.externalId, baseName(name));
    fill(this.#positions.channelType, this.#defaults.channel_type || 'VOICE');
    const read = this.#validator.validate(whole);
    return isProblem(read) ? read : this.#completed(read);
  }

  /** The recording is uploaded and not fetched, so what names it is no link. */
  #completed(interaction: Interaction): Interaction | RowProblem {
    const metadata: Record<string, Scalar> = { ...JSON.parse(interaction.metadata), ...this.#mark };
    const count = Object.keys(metadata).length;
    if (count > limits.metadataKeys)
      return {
        code: 'too_many_metadata_keys',
        reason: `The conversation would have ${count} metadata values; ${limits.metadataKeys} are the most. Leave out columns that are not needed.`,
      };
    return {
      ...interaction,
      audioUrl: null,
      language: interaction.language ?? (this.#defaults.language || null),
      startTimeMs: interaction.startTimeMs ?? this.#startTimeMs,
      metadata: metadataText(metadata),
    };
  }
}

/** A link that the row holds beside its recording's name is not followed; it is kept as metadata. */
function mappingOf(names: string[]): Record<string, string> {
  const file = fileColumns.find((name) => names.includes(name));
  if (!file)
    throw new AppError(
      'missing_columns',
      `The CSV has no column that names the recordings. Call it ${fileColumns.join(', ')}; its header has: ${names.join(', ').slice(0, 300)}.`,
    );
  return {
    ...(file === 'audio_url' ? {} : { audio_url: 'audio_link' }),
    transcript_url: 'transcript_link',
    file_url: 'file_link',
    [file]: 'audio_url',
  };
}
