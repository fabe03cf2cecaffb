import type { Interaction } from '../../rows/validate/interaction.ts';
import type { Services } from '../../services.ts';
import { type BatchItem, type BatchReceipt, storeBatch } from './batch.ts';
import { Singles } from './singles.ts';
import { storeUploaded, type UploadedRecording } from './uploaded.ts';

/** Takes interactions that come one by one or in batches; whatever it has answered is committed. */
export interface Receiver {
  /**
   * Stores one interaction and gives its id. Calls at the same time are committed together. Throws `duplicate` and
   * `conversation_cap_exceeded`.
   */
  one(accountId: number, interaction: Interaction): Promise<Buffer>;
  /** Stores what is good of a batch in one transaction, as a job that is done. Throws `conversation_cap_exceeded`. */
  batch(accountId: number, items: BatchItem[]): Promise<BatchReceipt>;
  /**
   * Stores an interaction whose recording lies in storage already, under an id that was made before. Throws `duplicate`
   * and `conversation_cap_exceeded`; the caller then removes the recording.
   */
  uploaded(accountId: number, interaction: Interaction, recording: UploadedRecording, id: Buffer): Promise<void>;
}

export interface ReceiverOptions {
  /** Called after a commit that has made work. */
  wake?(): void;
}

/** One per program. */
export function openReceiver(services: Services, options: ReceiverOptions = {}): Receiver {
  const wake = seldom(options.wake ?? (() => undefined));
  const singles = new Singles(services, wake);
  return {
    one: (accountId, interaction) => singles.add(accountId, interaction),
    async batch(accountId, items) {
      const { makesWork, ...receipt } = await storeBatch(services, accountId, items);
      if (makesWork) wake();
      return receipt;
    },
    async uploaded(accountId, interaction, recording, id) {
      await storeUploaded(services, accountId, interaction, recording, id);
      wake();
    },
  };
}

const wakeEveryMs = 50;

/** Wakes at once, then not more often than workers need it: each time they are woken they ask the database. */
function seldom(wake: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isMissed = false;
  const rest = () => {
    timer = undefined;
    if (isMissed) now();
  };
  function now() {
    isMissed = false;
    wake();
    timer = setTimeout(rest, wakeEveryMs).unref();
  }
  return () => {
    if (timer) isMissed = true;
    else now();
  };
}
