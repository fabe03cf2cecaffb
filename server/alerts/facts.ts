import { z } from 'zod';
import { alertEvents, alertKinds } from '../../shared/alert.ts';

const named = z.strictObject({ id: z.string(), name: z.string() });

/** What an alert says, to people and to programs. It is kept as it was when it happened. */
const alertFactsSchema = z.strictObject({
  event: z.enum(alertEvents),
  kind: z.enum(alertKinds),
  account: named,
  /** In which people read its times. */
  timezone: z.string(),
  job: named.optional(),
  connector: named.omit({ id: true }).optional(),
  /** The run that it is about. */
  execution_id: z.string().optional(),
  /** What happened, and what to do where that is known. */
  message: z.string(),
  /** How often it has happened since `raised_at`. */
  count: z.int().min(1),
  raised_at: z.string(),
  at: z.string(),
});
export type AlertFacts = z.infer<typeof alertFactsSchema>;

/** What is left out of one mail is counted: nobody reads further. */
const listedMost = 200;

const bodySchema = z.strictObject({ list: z.array(alertFactsSchema).min(1), more: z.int().min(0) });
export type NoticeBody = z.infer<typeof bodySchema>;

export function writeBody(list: AlertFacts[]): string {
  return JSON.stringify({ list, more: 0 } satisfies NoticeBody);
}

export function readBody(text: string): NoticeBody {
  return bodySchema.parse(JSON.parse(text));
}

/** What several notices tell of, in one. */
export function mergeBodies(texts: readonly string[]): string {
  const bodies = texts.map(readBody);
  const all = bodies.flatMap(({ list }) => list);
  const more = bodies.reduce((sum, body) => sum + body.more, Math.max(0, all.length - listedMost));
  return JSON.stringify({ list: all.slice(0, listedMost), more } satisfies NoticeBody);
}
