import type { ByteStream } from '../../byte-stream.ts';
import { collectYoungEvery } from '../../young-garbage.ts';
import type { ExecutionRun } from '../run.ts';

/** What a destination makes of them, such as their encrypted form, is as large again. */
const countPassing = collectYoungEvery();

/** The bytes of something on its way to one destination. */
export interface Delivery {
  /** The same bytes, counted as they pass. */
  sending(content: ByteStream): ByteStream;
  arrived(): void;
  /** None of it counts: the next attempt sends all of it again. */
  failed(): void;
}

/** How many bytes are on their way and how many have arrived, of all that are to be delivered. */
export class DeliveredBytes {
  readonly #run: ExecutionRun;
  readonly #sent = new Map<Delivery, number>();
  #arrived = 0;

  constructor(run: ExecutionRun, bytesExpected: number) {
    this.#run = run;
    run.progress({ bytesExpected, bytesRead: 0, bytesDone: 0 });
  }

  delivery(byteSize: number): Delivery {
    const tell = (sent: number) => {
      this.#sent.set(delivery, sent);
      this.#tell();
    };
    const delivery: Delivery = {
      async *sending(content) {
        let sent = 0;
        for await (const piece of content) {
          yield piece;
          sent += piece.byteLength;
          countPassing(piece.byteLength);
          tell(sent);
        }
      },
      arrived: () => {
        this.#sent.delete(delivery);
        this.#arrived += byteSize;
        this.#tell();
      },
      failed: () => {
        this.#sent.delete(delivery);
        this.#tell();
      },
    };
    return delivery;
  }

  #tell(): void {
    const underWay = [...this.#sent.values()].reduce((sum, sent) => sum + sent, 0);
    this.#run.progress({ bytesRead: this.#arrived + underWay, bytesDone: this.#arrived + underWay });
  }
}
