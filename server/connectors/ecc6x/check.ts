import type { CheckStep, Direction } from '../../../shared/connector.ts';
import { AppError } from '../../../shared/error.ts';
import { sniffAudio } from '../../analysis/media/sniff.ts';
import type { Cluster } from '../../kafka/cluster.ts';
import { firstBytes } from '../calls/first-bytes.ts';
import { connectionSteps, notReached, type Told, tried } from '../check-steps.ts';
import type { ConnectorContext } from '../connector.ts';
import { brokersDown, inOne, wordsOf } from './brokers-down.ts';
import { openForCheck } from './check-cluster.ts';
import type { Ecc6xConfig } from './config.ts';
import { newGroupId } from './group.ts';
import { type LastEvent, lookAt } from './last-event.ts';
import { Ecc6xRecordings, type Patience } from './recordings.ts';

/** Somebody looks on. */
const patienceMs = 10_000;

/** Tries what a stream needs and tells each step; the first that fails is the last. */
export async function* checkEcc6x(
  config: Ecc6xConfig,
  _direction: Direction,
  context: ConnectorContext,
  given: Patience = {},
): AsyncGenerator<CheckStep> {
  const patience = { timeoutMs: patienceMs, ...given };
  const timeoutMs = patience.timeoutMs ?? patienceMs;
  await using cluster = await openForCheck(config, context, timeoutMs);
  const down = brokersDown(config, context, timeoutMs);
  if (!(yield* connectSteps(cluster, config, down))) return;
  const last = yield* readSteps(cluster, config);
  if (!last || !(yield* groupSteps(cluster, config)) || !(yield* resultSteps(cluster, config))) return;
  yield* recordingSteps(new Ecc6xRecordings(config, context, patience), config, last);
}

async function* connectSteps(
  cluster: Cluster,
  config: Ecc6xConfig,
  asked: Promise<AppError[]>,
): AsyncGenerator<CheckStep, boolean> {
  const [failure, down] = await Promise.all([connectionFailure(cluster, config), asked]);
  const isAllDown = down.length > 0 && down.length === config.brokers.length;
  const { sasl, tls, brokers } = config;
  const way = tls ? 'with TLS' : 'without TLS';
  const signedIn =
    sasl.mechanism === 'none'
      ? 'The brokers let us in without a sign-in.'
      : `Signed in as ${sasl.username} (${sasl.mechanism}).${sasl.mechanism === 'plain' && !tls ? ' The password is readable on the way: use TLS.' : ''}`;
  const warning = `Not all of the brokers can be reached. ${wordsOf(down)}`;
  return yield* connectionSteps(failure && isAllDown ? inOne(failure, down) : failure, {
    reached: `${brokers.join(', ')}: the cluster answers ${way}.${down.length > 0 ? ` ${warning}` : ''}`,
    ...(down.length > 0 && { reachedDetails: { warning } }),
    signedIn,
    otherwise: 'sign_in',
  });
}

/**
 * The first answer comes from a broker of the form; those that have the topic are reached by the names that they give
 * themselves, which is what goes wrong most behind firewalls.
 */
async function connectionFailure(cluster: Cluster, { topic, brokers }: Ecc6xConfig): Promise<AppError | undefined> {
  try {
    await cluster.id();
  } catch (thrown) {
    return fielded(AppError.from(thrown));
  }
  try {
    await cluster.ranges(topic);
    return undefined;
  } catch (thrown) {
    const { code, message, cause } = AppError.from(thrown);
    // The step that reads the topic tells of any other failure.
    if (!notReached.includes(code)) return undefined;
    const advice = brokers.some((broker) => message.includes(broker))
      ? ''
      : ' The cluster itself names this broker so (advertised.listeners): it must be reachable from here by that name.';
    return new AppError(code, `${message}${advice}`, { cause, field: 'brokers' });
  }
}

/** The form's field that mends it. */
function fielded(error: AppError): AppError {
  if (error.field !== undefined) return error;
  const field =
    error.code === 'sign_in_refused'
      ? 'sasl.password'
      : error.code === 'certificate_untrusted'
        ? 'certificate_authority'
        : error.code === 'protocol_error'
          ? 'tls'
          : 'brokers';
  return new AppError(error.code, error.message, { cause: error, field });
}

async function* readSteps(cluster: Cluster, config: Ecc6xConfig): AsyncGenerator<CheckStep, LastEvent | undefined> {
  const { topic } = config;
  let last: LastEvent | undefined;
  yield* tried('topic_read', () =>
    atField('topic', async () => {
      const ranges = await cluster.ranges(topic);
      last = lookAt(await cluster.latest(topic), config);
      const count = ranges.reduce((sum, { first, end }) => sum + (end - first), 0);
      return {
        message: `"${topic}" can be read: ${counted(ranges.length, 'partition')}, about ${counted(count, 'event')}. ${last.message}`,
        details: {
          ...{ partition_count: ranges.length, event_count: count },
          ...(last.isRejected && { warning: last.message }),
        },
      };
    }),
  );
  return last;
}

/** Before the connector is saved its group has no name yet: one that nobody will see again stands for it. */
async function* groupSteps(cluster: Cluster, { group_id }: Ecc6xConfig) {
  return yield* tried('group', () =>
    atField('group_id', async () => {
      await cluster.requireGroup(group_id ?? newGroupId());
      const group = group_id === undefined ? 'A consumer group of our own' : `The consumer group ${group_id}`;
      return { message: `${group} may be joined.` };
    }),
  );
}

/** Returns whether nothing stands against results, also where none are wanted. */
async function* resultSteps(cluster: Cluster, { results_topic }: Ecc6xConfig): AsyncGenerator<CheckStep, boolean> {
  if (results_topic === undefined) return true;
  const written = yield* tried('topic_write', () =>
    atField('results_topic', async () => {
      await cluster.requireWritable(results_topic);
      return { message: `"${results_topic}" may be written to. Nothing was written.` };
    }),
  );
  return written !== undefined;
}

async function atField(field: string, act: () => Promise<Told>): Promise<Told> {
  try {
    return await act();
  } catch (thrown) {
    const error = AppError.from(thrown);
    throw error.field === undefined ? new AppError(error.code, error.message, { cause: error, field }) : error;
  }
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? what : `${what}s`}`;
}

/** The last event's recording where it has one there; else the server alone. */
async function* recordingSteps(
  recordings: Ecc6xRecordings,
  { recording_base_url: base }: Ecc6xConfig,
  { fields }: LastEvent,
): AsyncGenerator<CheckStep> {
  if (base === undefined) return;
  const reached = yield* tried('recordings', async () => {
    const status = await recordings.reach();
    return { message: `${new URL(base).host} answers (${status}).` };
  });
  const path = fields?.audio_url;
  if (reached && typeof path === 'string' && !/^[a-z0-9+.-]+:\/\//i.test(path) && !path.includes(';'))
    yield* tried('recording', () => beginningOf(recordings, path));
}

async function beginningOf(recordings: Ecc6xRecordings, path: string): Promise<Told> {
  try {
    const { container } = sniffAudio(await firstBytes(await recordings.open({ path, itemKey: '' })));
    return { message: `The recording of the last event can be read (${container}).` };
  } catch (thrown) {
    const error = AppError.from(thrown);
    if (error.code !== 'recording_not_yet' && error.code !== 'path_missing') throw error;
    return {
      message: 'The recording of the last event is not there; whether the token opens recordings is not known.',
    };
  }
}
