import type { WallClock } from '../calls/wall-clock.ts';
import type { Call } from './api.ts';
import type { ExoliteConfig } from './config.ts';
import { callDirections } from './config.ts';
import { referenceOf } from './reference.ts';

/** A value as text, whether it came as text or as a number; undefined where there is none. */
export function textOf(call: Call, name: string): string | undefined {
  const value = call[name];
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** Why a call is left out: `filtered` by the connector's settings, or `no_recording` to listen to. */
export type Leaving = 'filtered' | 'no_recording';

export function leavingOf(call: Call, { statuses, directions }: ExoliteConfig): Leaving | undefined {
  const status = textOf(call, 'Status') ?? '';
  const direction = textOf(call, 'Direction') ?? '';
  const isWanted = (statuses as string[]).includes(status) && isAmong(directions, direction);
  if (!isWanted) return 'filtered';
  return textOf(call, 'RecordingUrl') === undefined ? 'no_recording' : undefined;
}

/** Where every direction is wanted, one that is not known yet is wanted too. */
function isAmong(directions: readonly string[], direction: string): boolean {
  return directions.length === callDirections.length || directions.includes(direction);
}

/** A call in canonical fields. Values that cannot be read stay as they are, so that the row is rejected with a reason. */
export function rowOf(call: Call, clock: WallClock): Record<string, unknown> {
  const sid = textOf(call, 'Sid') ?? '';
  const started = textOf(call, 'StartTime') ?? textOf(call, 'DateCreated');
  const recordingUrl = textOf(call, 'RecordingUrl') ?? '';
  return {
    external_interaction_id: sid,
    channel_type: 'VOICE',
    interaction_start_time: started && (clock.withOffset(started) ?? started),
    duration_seconds: textOf(call, 'Duration'),
    audio_url: referenceOf(sid, recordingUrl),
    metadata: { ...factsOf(call, clock), ...detailsOf(call.Details) },
  };
}

function factsOf(call: Call, clock: WallClock): Record<string, unknown> {
  const ended = textOf(call, 'EndTime');
  return {
    from: textOf(call, 'From'),
    to: textOf(call, 'To'),
    phone_number: textOf(call, 'PhoneNumber'),
    phone_number_sid: textOf(call, 'PhoneNumberSid'),
    direction: textOf(call, 'Direction'),
    status: textOf(call, 'Status'),
    answered_by: textOf(call, 'AnsweredBy'),
    price: numberOf(textOf(call, 'Price')),
    custom_field: textOf(call, 'CustomField'),
    parent_call_sid: textOf(call, 'ParentCallSid'),
    end_time: ended && (clock.withOffset(ended) ?? ended),
  };
}

const mostLegs = 10;

/** `{ConversationDuration, Leg1Status, Leg2Status, Legs: [{Leg: {Id, OnCallDuration}}]}`, as flat keys. */
function detailsOf(details: unknown): Record<string, unknown> {
  if (!isObject(details)) return {};
  const legs = Array.isArray(details.Legs) ? details.Legs.slice(0, mostLegs) : [];
  return {
    conversation_duration_seconds: numberOf(textOf(details, 'ConversationDuration')),
    leg_1_status: textOf(details, 'Leg1Status'),
    leg_2_status: textOf(details, 'Leg2Status'),
    ...Object.fromEntries(legs.flatMap(legOf)),
  };
}

function legOf(entry: unknown): [string, unknown][] {
  const leg = isObject(entry) && isObject(entry.Leg) ? entry.Leg : {};
  const id = textOf(leg, 'Id');
  return id === undefined ? [] : [[`leg_${id}_seconds`, numberOf(textOf(leg, 'OnCallDuration'))]];
}

/** Numbers come as texts; as numbers, rules can compare them. */
function numberOf(text: string | undefined): number | string | undefined {
  return text !== undefined && /^-?\d{1,15}(\.\d{1,10})?$/.test(text) ? Number(text) : text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
