import { missingForKafka, startKafka } from './harness/kafka.ts';

/** `node dist/test/kafka.js TOPIC…`: a Kafka of one's own with these topics, until Ctrl-C. */
const missing = missingForKafka();
if (missing) throw new Error(`Kafka cannot be started here: ${missing}`);
const kafka = await startKafka();
for (const topic of process.argv.slice(2)) await kafka.createTopic(topic, 3);
const what = kafka.isReal ? 'Apache Kafka' : "kcat's mock of Kafka";
console.log(
  `${what} at ${kafka.brokers.join(',')}; Ctrl-C ends it. The product reaches it with CQA_EGRESS_ALLOW=127.0.0.0/8.`,
);
// Without a listener the process would end with its parent's signal and leave the broker behind.
await new Promise((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
  setInterval(() => undefined, 60_000);
});
await kafka.stop();
process.exit(0);
