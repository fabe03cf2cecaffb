import type { Log } from '../log.ts';
import type { ServiceSettings } from '../services.ts';
import type { WorkNames } from '../worker/announce/names.ts';
import { superviseThread } from '../worker/supervised-thread.ts';
import type { Report } from './thread.ts';

export interface Inbox {
  /** Resolves when it listens, or when its first attempt has failed and the log says why. */
  began: Promise<void>;
  /** Ends sessions, keeps what has come of their uploads, and stops listening. */
  stop(): Promise<void>;
}

const heapMb = 96;

/**
 * The inbox role: an SFTP server in a thread of its own, so that its cryptography does not slow the console. A thread
 * that ends by an error is started again. `announce` is told of the work that arrivals make.
 */
export function startInbox(settings: ServiceSettings, log: Log, announce: (names: WorkNames[]) => void): Inbox {
  let told: () => void = () => undefined;
  const began = new Promise<void>((resolve) => {
    told = resolve;
  });
  const thread = superviseThread<Report>({
    ...{ name: 'inbox', url: new URL('./thread.js', import.meta.url), workerData: settings, heapMb, log },
    complaint: "the inbox's thread ended by an error; it is started again",
    onReport(report) {
      if ('announced' in report) {
        announce(report.announced);
        return false;
      }
      told();
      if ('cannotListen' in report) return false;
      log.info({ port: report.listening }, 'the inbox listens for SFTP');
      return true;
    },
    onExit: () => told(),
  });
  return { began, stop: () => thread.stop() };
}
