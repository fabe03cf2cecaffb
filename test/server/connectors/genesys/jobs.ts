import type { Bulk } from '../calls-fixture.ts';
import {
  bad,
  beganOrEnded,
  conversationOf,
  type GenesysCall,
  matching,
  type Question,
  questionOf,
  Refusal,
} from './conversations.ts';

type Json = Record<string, unknown>;

interface Job {
  question: Question;
  looks: number;
}

/** The asynchronous jobs of one organisation. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  /** How a job ends. */
  ending: { state: string; errorMessage?: string } = { state: 'FULFILLED' };
  /** Until when data is complete. */
  completeUntil = new Date(Date.now() - 6 * 3_600_000);

  submit(body: Json): Json {
    const jobId = `job-${this.#jobs.size + 1}`;
    this.#jobs.set(jobId, { question: questionOf(body, 'job'), looks: 0 });
    return { jobId };
  }

  status(jobId: string): Json {
    const job = this.#job(jobId);
    const state = ['QUEUED', 'PENDING'][job.looks++];
    return state ? { state } : { ...this.ending };
  }

  /** A page of results; each repeats the last conversation of the one before. */
  results(jobId: string, query: URLSearchParams, known: { calls: ReadonlyMap<string, GenesysCall>; bulk: Bulk }): Json {
    const job = this.#job(jobId);
    if (job.looks < 3 || this.ending.state !== 'FULFILLED') throw bad('The job is not fulfilled');
    const pageSize = Number(query.get('pageSize') ?? 1000);
    if (!(pageSize >= 1 && pageSize <= 1000)) throw bad('pageSize must be between 1 and 1000');
    const { total, at } = matching(known, job.question, beganOrEnded);
    const from = offsetOf(jobId, query.get('cursor'));
    const next = from + pageSize;
    const conversations = Array.from({ length: Math.min(next, total) - Math.max(0, from - 1) }, (_, index) =>
      at(Math.max(0, from - 1) + index),
    ).flatMap((call) => (call ? [conversationOf(call, true)] : []));
    const dataAvailabilityDate = this.completeUntil.toISOString();
    return { conversations, dataAvailabilityDate, ...(next < total ? { cursor: cursorOf(jobId, next) } : {}) };
  }

  availability(): Json {
    return { dataAvailabilityDate: this.completeUntil.toISOString() };
  }

  #job(jobId: string): Job {
    const job = this.#jobs.get(jobId);
    if (!job) throw new Refusal(404, 'not.found', 'There is no such job');
    return job;
  }
}

/** Good for the same job alone. */
function cursorOf(jobId: string, offset: number): string {
  return Buffer.from(`${jobId}:${offset}`).toString('base64url');
}

function offsetOf(jobId: string, cursor: string | null): number {
  if (cursor === null) return 0;
  const [of, offset] = Buffer.from(cursor, 'base64url').toString().split(':');
  if (of !== jobId) throw bad('The cursor belongs to another job');
  return Number(offset);
}
