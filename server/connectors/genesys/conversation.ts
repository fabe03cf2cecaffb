import { z } from 'zod';

/*
 * The parts of an analytics conversation that are used. The API leaves out what it does not know; some of its answers
 * say null instead.
 */

const text = z.string().nullish();
const texts = z.array(z.string()).nullish();

const segmentSchema = z.object({
  segmentStart: text,
  segmentEnd: text,
  segmentType: text,
  queueId: text,
  wrapUpCode: text,
  disconnectType: text,
});

const sessionSchema = z.object({
  mediaType: text,
  direction: text,
  ani: text,
  dnis: text,
  recording: z.boolean().nullish(),
  segments: z.array(segmentSchema).nullish(),
});

const participantSchema = z.object({
  purpose: text,
  userId: text,
  participantName: text,
  attributes: z.record(z.string(), z.unknown()).nullish(),
  sessions: z.array(sessionSchema).nullish(),
});

export const conversationSchema = z.object({
  conversationId: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/),
  conversationStart: z.string(),
  conversationEnd: text,
  originatingDirection: text,
  divisionIds: texts,
  externalTag: text,
  mediaStatsMinConversationMos: z.number().nullish(),
  participants: z.array(participantSchema).nullish(),
});

export type Segment = z.infer<typeof segmentSchema>;
export type Session = z.infer<typeof sessionSchema>;
export type Participant = z.infer<typeof participantSchema>;
export type Conversation = z.infer<typeof conversationSchema>;

/** A span of time; `end` is not in it. */
export interface Interval {
  start: Date;
  end: Date;
}

/** As the API writes it (ISO 8601). */
export function intervalText({ start, end }: Interval): string {
  return `${start.toISOString()}/${end.toISOString()}`;
}

export function sessionsOf({ participants }: Conversation): Session[] {
  return (participants ?? []).flatMap(({ sessions }) => sessions ?? []);
}

/** In order of time; a segment without a beginning comes last. */
export function segmentsOf(sessions: Session[]): Segment[] {
  return sessions
    .flatMap(({ segments }) => segments ?? [])
    .sort((a, b) => ((a.segmentStart ?? '~') < (b.segmentStart ?? '~') ? -1 : 1));
}
