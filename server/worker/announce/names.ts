import { z } from 'zod';
import type { Database } from '../../../db/database.ts';
import { listenForWork, type NewWork, type WorkKind, workKinds } from '../../../db/queries/work.ts';

/** Work of one kind by its subjects, in hex: what is told to those who may do it. They claim it like any other. */
export interface WorkNames {
  kind: WorkKind;
  subjects: string[];
}

const workNamesSchema = z.object({
  kind: z.enum(workKinds),
  subjects: z.array(z.string().regex(/^[0-9a-f]{32}$/)).max(1_000),
}) satisfies z.ZodType<WorkNames>;

/** Names as a message has them: the text of a JSON object. */
export const namesMessage = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue('no JSON');
      return z.NEVER;
    }
  })
  .pipe(workNamesSchema);

/** As many partitions as workers can share; also the messages that what is told at once is spread over. */
export const partitions = 24;
const subjectsPerMessage = 50;
/** More than this at once is not told: whoever is called by some of it looks for the rest. */
const namesAtOnce = partitions * subjectsPerMessage;
const tellEveryMs = 20;

/**
 * Collects what commits have made and hands it on: at once, then not more often than every 20 ms, and never more than
 * some 1,200 names of a kind. What is left out is found by those who look.
 */
export class NameCollector {
  readonly #tell: (names: WorkNames[]) => void;
  readonly #waiting = new Map<WorkKind, string[]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (names: WorkNames[]) => void) {
    this.#tell = tell;
  }

  add(made: readonly Pick<NewWork, 'kind' | 'subject'>[]): void {
    for (const { kind, subject } of made) {
      let subjects = this.#waiting.get(kind);
      if (!subjects) {
        subjects = [];
        this.#waiting.set(kind, subjects);
      }
      if (subjects.length < namesAtOnce) subjects.push(subject.toString('hex'));
    }
    if (!this.#timer) this.#tellNow();
  }

  #tellNow(): void {
    this.#timer = undefined;
    if (this.#waiting.size === 0) return;
    const names = [...this.#waiting].map(([kind, subjects]) => ({ kind, subjects }));
    this.#waiting.clear();
    this.#timer = setTimeout(() => this.#tellNow(), tellEveryMs).unref();
    this.#tell(names);
  }
}

/** In a thread: tells the main thread what the commits of this database's pool have made. */
export function announceWork({ pool }: Pick<Database, 'pool'>, tell: (names: WorkNames[]) => void): void {
  const collector = new NameCollector(tell);
  listenForWork(pool, (made) => collector.add(made));
}

/** Cuts into messages, small enough that a few hundred pieces of work reach every worker. */
export function messagesOf({ kind, subjects }: WorkNames): WorkNames[] {
  const size = Math.min(Math.max(1, Math.ceil(subjects.length / partitions)), subjectsPerMessage);
  const messages: WorkNames[] = [];
  for (let start = 0; start < subjects.length; start += size)
    messages.push({ kind, subjects: subjects.slice(start, start + size) });
  return messages;
}
