import type { Egress } from '../../security/egress.ts';
import type { AnswerHead } from './answer-head.ts';
import { unanswered } from './guarded-agents.ts';
import { Line } from './line.ts';
import { type GetSigner, pathOfKey } from './signature.ts';

export interface DirectOptions {
  /** Where the bucket's objects lie, as the SDK resolved it. */
  base: URL;
  egress: Egress;
  signer: GetSigner;
  timeoutMs: number;
  /** Sent with each request, names in lower case. */
  headers: Record<string, string>;
}

/** An object's head, its body still to be read from the line; then, or when it is closed, `end` gives the line back. */
export interface DirectAnswer {
  head: AnswerHead;
  line: Line;
  end(): void;
}

/** An answer that is no object is short, and is read to its end so that its line can be used again. */
const refusalBytesMost = 64 * 1024;

/**
 * Gets of objects past the SDK, which computes half a millisecond for each and lets garbage pile up: both as much as
 * the bytes of a recording take. Only what goes well is dealt with here. Anything else is the SDK's to ask again, to
 * retry and to tell.
 */
export class DirectGets {
  readonly #options: DirectOptions;
  readonly #basePath: string;
  readonly #lines = new Set<Line>();
  readonly #free: Line[] = [];
  #isOver = false;

  constructor(options: DirectOptions) {
    this.#options = options;
    this.#basePath = options.base.pathname.replace(/\/$/, '');
  }

  /** Undefined for every answer but the object. Throws `host_timeout` where none came, and what the guard throws. */
  async get(key: string, ifMatch: string | undefined): Promise<DirectAnswer | undefined> {
    const request = this.#requestOf(key, ifMatch);
    if (request === undefined) return undefined;
    for (;;) {
      const used = this.#takeFree();
      const line = used ?? (await this.#open());
      const head = await this.#ask(line, request);
      if (head?.status === 200) return { head, line, end: () => this.#giveBack(line) };
      if (head) await this.#drain(line, head);
      this.#giveBack(line);
      // A server closes lines that nobody used for a while, mostly as one is used again.
      if (head || !used || this.#isOver) return undefined;
    }
  }

  /** Ends whatever is under way. */
  end(): void {
    this.#isOver = true;
    for (const line of this.#lines) line.close();
  }

  #requestOf(key: string, ifMatch: string | undefined): string | undefined {
    const { base, signer, headers } = this.#options;
    const path = `${this.#basePath}/${pathOfKey(key)}`;
    const given = ifMatch === undefined ? headers : { ...headers, 'if-match': ifMatch };
    const signed = Object.entries(signer.sign(base.host, path, given));
    if (signed.some(([, value]) => /[^\x20-\x7e]/.test(value))) return undefined;
    return `GET ${path} HTTP/1.1\r\n${signed.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  }

  #takeFree(): Line | undefined {
    for (let line = this.#free.pop(); line; line = this.#free.pop()) {
      if (line.isFree) return line;
      this.#lines.delete(line);
    }
    return undefined;
  }

  async #open(): Promise<Line> {
    const line = await Line.open(this.#options.base, this.#options.egress);
    this.#lines.add(line);
    if (this.#isOver) line.close();
    return line;
  }

  async #ask(line: Line, request: string): Promise<AnswerHead | undefined> {
    const { base, timeoutMs } = this.#options;
    const late = unanswered(base.host, timeoutMs);
    const timer = setTimeout(() => line.close(late), timeoutMs);
    try {
      return await line.ask(request);
    } catch (error) {
      if (error === late) throw error;
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  async #drain(line: Line, { length }: AnswerHead): Promise<void> {
    const timer = setTimeout(() => line.close(), this.#options.timeoutMs);
    try {
      if (length > refusalBytesMost) line.close();
      else while (await line.next());
    } catch {
      // It closed; the SDK asks over a line of its own.
    } finally {
      clearTimeout(timer);
    }
  }

  #giveBack(line: Line): void {
    if (line.isFree && !this.#isOver) this.#free.push(line);
    else {
      line.close();
      this.#lines.delete(line);
    }
  }
}
