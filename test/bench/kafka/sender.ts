import { setTimeout as delay } from 'node:timers/promises';
import { openKafkaTools } from '../../harness/kafka-events.ts';
import { eventText, externalIdOf } from './events.ts';
import type { SendOrder } from './sending.ts';

/** The process of a source: writes its events and says on its standard output how many the brokers have taken. */
const lookEveryMs = 5;
const mostAtOnce = 1_000;

const order = JSON.parse(process.argv[2] ?? '') as SendOrder;
const tools = openKafkaTools(order.brokers, { isIdempotent: true });
await sendAll(order);
await tools.close();

async function sendAll({ topic, first, count, perSecond = Number.POSITIVE_INFINITY }: SendOrder): Promise<void> {
  const startedAt = performance.now();
  for (let sent = 0; sent < count; ) {
    const due = Math.min(count, Math.floor(((performance.now() - startedAt) / 1000) * perSecond), sent + mostAtOnce);
    if (!(due > sent)) {
      await delay(lookEveryMs);
      continue;
    }
    const indexes = Array.from({ length: due - sent }, (_, i) => first + sent + i);
    const events = indexes.map((index) => ({ key: externalIdOf(index), value: eventText(index) }));
    await untilTaken(() => tools.send(topic, events));
    sent = due;
    process.stdout.write(`${sent}\n`);
  }
}

/** A source does not forget an event because the brokers are away; it may write it twice. */
async function untilTaken(send: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      process.stderr.write(`the source writes again: ${(error as Error).message}\n`);
    }
  }
}
