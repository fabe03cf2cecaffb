import { follow } from './following.ts';

/** A process that takes a batch and never ends with it, until it is killed. */
const [topic = '', ...brokers] = process.argv.slice(2);
await follow(brokers, {
  topic,
  take(batch) {
    process.stdout.write(`${batch.events.length}\n`);
    return new Promise(() => undefined);
  },
});
