import type { AppError } from '../../shared/error.ts';
import { describeExit, logTail, serverFailure } from './failure.ts';
import type { Layout } from './layout.ts';
import { type Exit, ServerProcess } from './process.ts';

const deathsMax = 3;
const deathWindowMs = 60_000;

export interface SupervisorOptions {
  program: string;
  options: readonly string[];
  layout: Layout;
  say: (line: string) => void;
  onGone: (error: AppError) => void;
}

/**
 * Keeps one server running.
 *
 *     start ──greets──▶ running ──ends──▶ started again ──▶ running
 *                          │                   └─ 3 ends in a minute ─▶ given up (onGone)
 *                          └──stop()──▶ stopped
 */
export class Supervisor {
  readonly #settings: SupervisorOptions;
  #current: ServerProcess | undefined;
  #stopping = false;
  #deathsMs: number[] = [];
  #watch: Promise<void> = Promise.resolve();

  constructor(settings: SupervisorOptions) {
    this.#settings = settings;
  }

  /** @throws AppError when the server ends before it greets */
  async start(): Promise<void> {
    const first = this.#launch();
    const quiet = setInterval(
      () => this.#settings.say('The database is still starting (recovering its last changes).'),
      10_000,
    );
    const ready = await first.ready.finally(() => clearInterval(quiet));
    if (!ready) throw this.#failure(first, await first.exited);
    this.#watch = this.#keep(first);
  }

  /** Ends the server in order, whatever it is doing. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#current?.stop();
    await this.#watch;
  }

  #launch(): ServerProcess {
    const { program, options, layout } = this.#settings;
    this.#current = new ServerProcess(program, options, layout);
    return this.#current;
  }

  async #keep(server: ServerProcess): Promise<void> {
    let current = server;
    for (;;) {
      const exit = await current.exited;
      if (this.#stopping) return;
      if (this.#countDeath() >= deathsMax) {
        this.#settings.onGone(this.#failure(current, exit));
        return;
      }
      this.#settings.say(`The embedded database ended unexpectedly (${describeExit(exit)}). It is started again.`);
      current = this.#launch();
    }
  }

  #countDeath(): number {
    const nowMs = Date.now();
    this.#deathsMs = [...this.#deathsMs.filter((deathMs) => nowMs - deathMs < deathWindowMs), nowMs];
    return this.#deathsMs.length;
  }

  #failure(server: ServerProcess, exit: Exit): AppError {
    const { layout } = this.#settings;
    return serverFailure(layout, logTail(layout.log, server.logStart), exit);
  }
}
