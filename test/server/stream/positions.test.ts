import { expect } from 'chai';
import { readPositions } from '../../../db/queries/stream-positions.ts';
import type { Services } from '../../../server/services.ts';
import { streamLocation } from '../../../server/stream/location.ts';
import { beginPositions, type TopicState } from '../../../server/stream/positions.ts';
import { AppError } from '../../../shared/error.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { rangeOf } from './stream-kit.ts';

describe('the positions of a stream', () => {
  let services: Services;
  let accountId: number;
  let connectorId = 1_000_000;
  before(async () => {
    services = await testServices();
    accountId = (await testAccount(services)).id;
  });
  beforeEach(() => {
    connectorId++;
  });
  after(() => services.close());

  const place = () => streamLocation({ accountId, connectorId }, 'cluster', 'calls');
  const stream = { topic: 'calls', names: { accountUid: 'account', connector: 'ecc' }, startFrom: 'earliest' as const };
  const begin = (topic: TopicState) => beginPositions(services.database, place(), stream, topic);
  const refusal = async (topic: TopicState) => {
    const thrown: unknown = await begin(topic).catch((error: unknown) => error);
    if (!(thrown instanceof AppError)) throw new Error('nothing was refused');
    return `${thrown.code}: ${thrown.message}`;
  };

  it('are those of one topic: under another id nothing is begun, however many events and partitions it has', async () => {
    await begin({ id: 'first', ranges: [rangeOf(0, 20)] });
    expect(await refusal({ id: 'second', ranges: [rangeOf(0, 500), rangeOf(1, 500)] })).to.match(
      /^conflict: .*its id was first when it was read, and is second now\. .*cqa stream reset --account account --name "ecc"/,
    );
    const { topicId, offsets } = await readPositions(services.database.pool, place());
    expect(topicId).to.equal('first');
    expect([...offsets.keys()]).to.deep.equal([0]);
  });

  it('are told apart by partitions and ends where the broker gives no ids', async () => {
    await begin({ id: undefined, ranges: [rangeOf(0, 20, 10), rangeOf(1, 20, 10)] });
    expect(await refusal({ id: undefined, ranges: [rangeOf(0, 20)] })).to.include(
      'partition 1 was read up to offset 10',
    );
    expect(await refusal({ id: undefined, ranges: [rangeOf(0, 20), rangeOf(1, 9)] })).to.include('but ends at 9 now');
    await begin({ id: undefined, ranges: [rangeOf(0, 500), rangeOf(1, 500)] });
  });

  it('get the id of their topic as soon as a broker gives one', async () => {
    await begin({ id: undefined, ranges: [rangeOf(0, 20)] });
    await begin({ id: 'first', ranges: [rangeOf(0, 20)] });
    await begin({ id: undefined, ranges: [rangeOf(0, 20)] });
    expect(await refusal({ id: 'second', ranges: [rangeOf(0, 20)] })).to.include('its id was first');
  });
});
