import { AppError } from '../../shared/error.ts';
import { stopped } from '../security/bounded-body.ts';

/** Where a body's bytes come from. */
export interface BodySource {
  /** The next bytes, good until the next call; undefined at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Closes what is not at its end yet, so that a waiting next() fails. Called once, also after the end. */
  end(): void;
}

export interface BodyFacts {
  source: BodySource;
  /** The object as people may read it. */
  shown: string;
  /** How many bytes the answer's head says there are. */
  announced: number | undefined;
  /** The longest silence. */
  timeoutMs: number;
  failureOf(error: unknown): AppError;
  /** Called once, however the body ends. */
  onEnd(): void;
}

/**
 * An object's bytes as they arrive, whole or failing: a body that ends early is no short file. A piece is good until the
 * next one is asked for. It holds its connection until it is read to its end, left early, or ended from outside; the time
 * in which nobody reads counts for no time-out.
 */
export class ObjectBody implements AsyncIterableIterator<Uint8Array> {
  readonly #facts: BodyFacts;
  #received = 0;
  #isOver = false;
  #failure: AppError | undefined;

  constructor(facts: BodyFacts) {
    this.#facts = facts;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#isOver) return this.#atEnd();
    const { source, timeoutMs, failureOf } = this.#facts;
    const timer = setTimeout(() => this.end(silence(this.#facts)), timeoutMs);
    try {
      const bytes = await source.next();
      if (!bytes) this.#finish();
      if (!bytes || this.#failure) return this.#atEnd();
      this.#received += bytes.length;
      return { done: false, value: bytes };
    } catch (error) {
      this.end(failureOf(error));
      throw this.#failure ?? error;
    } finally {
      clearTimeout(timer);
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.end(stopped());
    return { done: true, value: undefined };
  }

  /** Ends it now; whoever reads on hears `failure`. */
  end(failure: AppError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = failure;
    this.#facts.source.end();
    this.#facts.onEnd();
  }

  #finish(): void {
    const { announced, shown, source, onEnd } = this.#facts;
    if (this.#isOver) return;
    this.#isOver = true;
    if (announced !== undefined && this.#received !== announced)
      this.#failure = new AppError(
        'connection_lost',
        `${shown}: it ended early. If it lasts, look at the network between here and the bucket.`,
      );
    source.end();
    onEnd();
  }

  #atEnd(): IteratorResult<Uint8Array> {
    if (this.#failure) throw this.#failure;
    return { done: true, value: undefined };
  }
}

function silence({ shown, timeoutMs }: BodyFacts): AppError {
  return new AppError('host_timeout', `${shown}: the server stopped sending for ${timeoutMs / 1000} s.`);
}
