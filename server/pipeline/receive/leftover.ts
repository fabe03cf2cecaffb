import { hasInteraction } from '../../../db/queries/uploads.ts';
import { settleWork } from '../../../db/queries/work.ts';
import type { Services } from '../../services.ts';
import type { WorkHandler } from '../../worker/handler.ts';
import { recordingKey } from '../record/storage-key.ts';

/** Looks at an upload a day after it began: what it stored is removed when no interaction came of it. */
export function leftoverHandler({ database: { pool }, storage, log }: Services): WorkHandler {
  return {
    kind: 'upload',
    concurrency: 1,
    maxAttempts: 10,
    async run(work) {
      const { accountId, subject } = work;
      if (!(await hasInteraction(pool, work))) await storage.remove(recordingKey(accountId, subject, 0));
      await settleWork(pool, work);
    },
    async giveUp(work, failure) {
      log.error({ key: recordingKey(work.accountId, work.subject, 0), failure }, 'a left upload cannot be removed');
      await settleWork(pool, work);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
