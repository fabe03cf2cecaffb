import { missingForKafka } from '../harness/kafka.ts';
import { benchExact } from './kafka/exact.ts';
import { benchLatency } from './kafka/latency.ts';
import { benchOutage } from './kafka/outage.ts';
import { benchRate } from './kafka/rate.ts';
import { benchWorkers } from './kafka/workers.ts';
import type { BenchResult } from './result.ts';

type Bench = () => Promise<BenchResult | BenchResult[]>;

/**
 * The stream of ECC 6x against Apache Kafka itself, with the program as processes. Smaller runs by the environment:
 * BENCH_EVENTS, BENCH_SECONDS, BENCH_RECORDINGS; BENCH_SEED repeats random moments.
 */
export const kafkaBenches: Record<string, Bench> = {
  'kafka-exact': real(benchExact),
  'kafka-latency': real(benchLatency),
  'kafka-rate': real(benchRate),
  'kafka-workers': real(benchWorkers),
  'kafka-outage': real(benchOutage, 'freeze', 'restart'),
};

/** A mock keeps a few megabytes and loses the rest: no figure of it would mean anything. */
function real(bench: Bench, ...needs: Parameters<typeof missingForKafka>): Bench {
  return async () => {
    const reason = missingForKafka('groups', 'topics', ...needs);
    if (reason) throw new Error(`This bench needs Apache Kafka: ${reason}.`);
    return await bench();
  };
}
