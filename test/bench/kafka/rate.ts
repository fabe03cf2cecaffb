import { type BenchResult, compare } from '../result.ts';
import { streamAlone } from './configuration.ts';
import { loadByClient, writeRows } from './load.ts';
import { numberFrom } from './options.ts';
import { watchShares } from './processes.ts';
import { progressOf, requireStored } from './progress.ts';
import { startSending } from './sending.ts';
import { type Site, startSite } from './site.ts';

const rounds = 3;
const partitions = 6;
const lookEveryMs = 50;
const longestMs = 600_000;

/** A backlog stored by the role `stream`, beside LOAD DATA of the same rows by the database's own client. */
export async function benchRate({ say = console.error } = {}): Promise<BenchResult> {
  const count = numberFrom('BENCH_EVENTS', 300_000);
  await using site = await startSite({ say });
  const product = await site.start('product', ['stream']);
  const results: BenchResult['rounds'] = [];
  const shares: string[] = [];
  try {
    for (let round = 0; round <= rounds; round++) {
      const topic = `ecc.events.${round}`;
      await backlog(site, topic, count);
      const processes = { stream: product.pid, ...site.processes, bench: process.pid };
      const { rate: ours, share } = await storeBacklog(site, topic, count, processes);
      // The first round's rows are what the peer loads; both sides compile as they run.
      if (round === 0) await writeRows(site);
      const peerSharesOf = watchShares(site.processes);
      const peer = await loadByClient(site, count);
      const peerShare = peerSharesOf().words;
      await site.services.database.pool.query('TRUNCATE interaction');
      say(
        `round ${round}: ${Math.round(ours)} rows/s, LOAD DATA ${Math.round(peer)} rows/s; ${share}; while LOAD DATA ran: ${peerShare}`,
      );
      if (round === 0) continue;
      results.push({ ours, peer });
      shares.push(`round ${round}: ${share}; while LOAD DATA ran: ${peerShare}`);
    }
  } finally {
    await product.stop();
  }
  const notes = [
    `a backlog of ${count.toLocaleString('en')} events of some 370 bytes on ${partitions} partitions, no work following; median of ${rounds} alternating rounds after one that is not counted`,
    'ours: from the first stored event to the last, their places moved in the same transactions',
    'peer: LOAD DATA LOCAL INFILE of the same rows by the mariadb client into an empty table of the same definition',
    ...shares,
  ];
  return compare({ name: 'kafka, stored from a backlog', unit: 'rows/s', bar: 0.4, notes }, results);
}

async function backlog({ kafka }: Site, topic: string, count: number): Promise<void> {
  await kafka.createTopic(topic, partitions);
  await startSending({ brokers: kafka.brokers, topic, first: 0, count }).done;
}

/** Rows per second. An account of its own reads the topic and is switched off afterwards. */
async function storeBacklog(site: Site, topic: string, count: number, processes: Record<string, number>) {
  const configuration = streamAlone({ brokers: site.kafka.brokers, topic });
  const [account, measured] = await Promise.all([site.newAccount(configuration), timed(site, count, processes)]);
  await requireStored(site, count);
  await account.apply({ connectors: configuration.connectors.map((each) => ({ ...each, is_enabled: false })) });
  return measured;
}

/** From the last look before anything was stored. */
async function timed(site: Site, count: number, processes: Record<string, number>) {
  const readBefore = (await progressOf(site)).read;
  const startedAt = performance.now();
  let beganAt = startedAt;
  let sharesOf = watchShares(processes);
  for (;;) {
    const lookedAt = performance.now();
    const read = (await progressOf(site)).read - readBefore;
    if (read === 0) {
      beganAt = lookedAt;
      sharesOf = watchShares(processes);
    }
    if (read >= count) return { rate: (count / (performance.now() - beganAt)) * 1000, share: sharesOf().words };
    if (lookedAt - startedAt > longestMs) throw new Error(`Only ${read} of ${count} events were stored.`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
