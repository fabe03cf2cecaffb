import { AppError } from '../../../shared/error.ts';
import type { SourceSession } from '../../connectors/connector.ts';
import type { LoadedConnector } from '../../connectors/load.ts';
import { workContext } from '../connector-context.ts';
import type { ExecutionRun } from '../run.ts';

/** Keeps one session with a source, and opens another when it was lost. */
export class SourceOpener implements AsyncDisposable {
  readonly #run: ExecutionRun;
  readonly #connector: LoadedConnector;
  #session: SourceSession | undefined;
  readonly #notes: string[] = [];

  constructor(run: ExecutionRun, connector: LoadedConnector) {
    this.#run = run;
    this.#connector = connector;
  }

  async session(): Promise<SourceSession> {
    const { type, config } = this.#connector;
    if (!type.source) throw new AppError('invalid', `${type.title} is no system to import from.`);
    this.#session ??= await type.source(config, workContext(this.#run.services, this.#connector, this.#run.signal));
    return this.#session;
  }

  /** What the source left out, as its sessions say; also of those that were lost. */
  notes(): string[] {
    return [...this.#notes, ...(this.#session?.notes?.() ?? [])];
  }

  /** Closes the session; the next one asked for is new. */
  async forget(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#notes.push(...(session?.notes?.() ?? []));
    await session?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.forget();
  }
}
