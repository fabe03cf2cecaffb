import { DateTime } from 'luxon';
import { AppError } from '../../../shared/error.ts';
import { fillTemplate } from '../../rows/validate/template.ts';
import type { VoiceLogConfig } from './voice-log-config.ts';

/** What a recording is asked for by. */
export interface VoiceLogReference {
  /** The call SID: crtObjectId. */
  crtObjectId: string;
  campaignId: string | undefined;
  /** The leg. */
  callId: string | undefined;
  /** When the call began; undefined where its row does not say it. */
  startedAtMs: number | undefined;
}

const prefix = 'crt/';

/**
 * How a row without audio_url refers to its recording: `{name}` stands for the row's value of that name. An interaction
 * keeps what a voice log is asked for by, and no address and no key that may change.
 */
export function referenceTemplate(voiceLog: VoiceLogConfig): string {
  const campaign = voiceLog.api === 'rest_v4' ? `campaign={${voiceLog.campaign_id_column}}&` : '';
  return `${prefix}{external_interaction_id}?${campaign}call={${voiceLog.call_id_column}}&at={interaction_start_time}`;
}

/** The same for a row that is at hand. */
export function fillReference({ voice_log }: { voice_log: VoiceLogConfig }, row: ReadonlyMap<string, string>): string {
  return fillTemplate(referenceTemplate(voice_log), (name) => row.get(name) ?? '');
}

/** Nothing that could end the quoted text in which the older API takes an id. */
const idPattern = /^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,254}$/;

/** Reads what `referenceTemplate` became. Throws `path_missing` for anything else, and `invalid` for what is no id. */
export function readReference(text: string, timezone: string): VoiceLogReference {
  if (!text.startsWith(prefix))
    throw new AppError(
      'path_missing',
      `"${text.slice(0, 100)}" is no call SID. An ECC 4x row needs no audio_url: leave that column out, or name a link that opens without a sign-in.`,
    );
  const [path = '', query = ''] = text.slice(prefix.length).split('?', 2);
  const parameters = new URLSearchParams(query);
  const parameter = (name: string) => parameters.get(name)?.trim() || undefined;
  return {
    crtObjectId: checkedId(decodeURIComponent(path).trim(), 'call SID (crtObjectId)'),
    campaignId: parameter('campaign'),
    callId: optionalId(parameter('call')),
    startedAtMs: instantOf(parameter('at'), timezone),
  };
}

function optionalId(id: string | undefined): string | undefined {
  return id === undefined ? undefined : checkedId(id, 'call id');
}

function checkedId(id: string, what: string): string {
  if (idPattern.test(id)) return id;
  throw new AppError(
    'invalid',
    `"${id.slice(0, 100)}" cannot be a ${what} of ECC, such as d741-6904fad1-vce-daf-638729. Check which column is mapped to it.`,
  );
}

function instantOf(text: string | undefined, timezone: string): number | undefined {
  const time = text === undefined ? undefined : DateTime.fromISO(text.replace(' ', 'T'), { zone: timezone });
  return time?.isValid ? time.toMillis() : undefined;
}
