import type { Amounts } from '../../db/queries/execution-amounts.ts';
import type { ExecutionRange, KeptReport } from '../../db/queries/executions.ts';
import type { Work } from '../../db/queries/work.ts';
import type { Failure } from '../../shared/error.ts';
import type { ExecutionStatus, ItemCounts, RowCounts } from '../../shared/execution.ts';
import type { LogLevel } from '../../shared/execution-log.ts';
import type { LoadedConnector } from '../connectors/load.ts';
import type { Requester } from '../reports/report-filter.ts';
import type { Services } from '../services.ts';

export type StepName = 'list' | 'store' | 'report' | 'deliver';

/** One execution under way: what it works with and how it reports. */
export interface ExecutionRun {
  services: Services;
  id: Buffer;
  accountId: number;
  connectors: LoadedConnector[];
  /** Set for exports. */
  report: KeptReport | undefined;
  /** Set for backfills: these days are read again, whatever was read of them. */
  range?: ExecutionRange | undefined;
  /** Set for retries: only what failed in that execution is done. */
  retryOf?: Buffer | undefined;
  /** Whose saved filter it may name, and what they may see. Absent: nobody's, and everything of the account. */
  requester?: Requester | undefined;
  /** Somebody has asked for it just now and waits for its end. */
  isAwaited?: boolean | undefined;
  /** The claim under which it runs; whatever it writes is fenced by it. */
  work: Work;
  /** Aborts on cancel, on a lost lease, and when the program stops. */
  signal: AbortSignal;
  /** Lets time pass until another system may be back; other runs have its place meanwhile. Throws when it is aborted. */
  pause(timeMs: number): Promise<void>;
  /** Ends the step under way and begins the next; kept with its times and shown in the history. */
  step(name: StepName, message?: string): Promise<void>;
  /** From processing to delivering. */
  delivering(): Promise<void>;
  /** Says something to the person who reads the history: a whole sentence, with names and numbers. Costs the run nothing. */
  log(level: LogLevel, message: string): void;
  /** How far it is; what is absent stays as it was told last. May be called for every piece. */
  progress(amounts: Amounts): void;
}

/** How a run ended. The counts are final and their sums hold. */
export interface Outcome {
  status: Extract<ExecutionStatus, 'success' | 'partial_success' | 'handler_failed' | 'delivery_failed'>;
  note?: string;
  error?: Failure;
}

export interface ImportOutcome extends Outcome {
  items: ItemCounts;
  counts: RowCounts;
}

export interface ExportOutcome extends Outcome {
  rows: number;
  parts: number;
}
