import { expect } from 'chai';
import { openCluster } from '../../../server/kafka/open.ts';
import { resetStream } from '../../../server/stream/reset.ts';
import { eventually } from '../../harness/eventually.ts';
import { eventsOf, type FollowedStream, followedStreams } from './followed-kit.ts';

describe('streams whose topic is made anew', () => {
  const streams = followedStreams('topics');
  const { read, newStream, stored, status } = streams;
  const dayTells = (kit: FollowedStream, text: string) =>
    eventually('the failure of the day', async () => {
      const [day] = await kit.days();
      return day?.status === 'processing' && day.error?.includes(text);
    });

  it('stop at a topic that was made anew until somebody says where to go on', async () => {
    const kit = await newStream(1);
    read();
    await streams.kafka.send(kit.topic, eventsOf(0, 20));
    await stored(kit, 20);
    await streams.kafka.deleteTopic(kit.topic);
    await eventually('the topic missed', async () => (await status(kit))?.state === 'failing');
    await streams.kafka.createTopic(kit.topic, 1);
    await streams.kafka.send(kit.topic, eventsOf(100, 3));
    const told = await eventually('the refusal', async () => {
      const now = await status(kit);
      return now?.error?.includes('cqa stream reset') && now.partitions === 0 && now;
    });
    expect(told.error).to.include(`--account ${kit.accountUid} --name "${kit.connectorName}"`);
    expect(told).to.include({ partitions: 0, lag: 0 });
    await dayTells(kit, 'cqa stream reset');
    expect(await kit.interactions()).to.have.length(20);
    const reset = await resetStream(streams.services, kit.accountId, kit.connectorName, 'earliest', openCluster);
    expect(reset).to.deep.equal({ topic: kit.topic, partitions: [{ partition: 0, from: 20, to: 0 }] });
    await stored(kit, 23);
    await eventually('the failure forgotten', async () => (await kit.days())[0]?.error === null);
    expect((await kit.days())[0]).to.include({ status: 'processing', rows_imported: 23 });
  });

  it('stop at a topic that was made anew and has grown past what was read, and go on as they are told', async () => {
    const kit = await newStream(1);
    read();
    await streams.kafka.send(kit.topic, eventsOf(0, 20));
    await stored(kit, 20);
    await kit.enable(false);
    await eventually('nobody reads it', async () => (await status(kit)) === undefined);
    await streams.kafka.deleteTopic(kit.topic);
    await streams.kafka.createTopic(kit.topic, 1);
    await streams.kafka.send(kit.topic, eventsOf(100, 50));
    await kit.enable(true);
    const told = await eventually('the refusal', async () => {
      const now = await status(kit);
      return now?.error?.includes('cqa stream reset') && now.partitions === 0 && now;
    });
    expect(told.error).to.match(
      /was made anew or cut short: its id was [\w-]{22} when it was read, and is [\w-]{22} now/,
    );
    expect(await kit.interactions()).to.have.length(20);
    await dayTells(kit, 'was made anew');
    await resetStream(streams.services, kit.accountId, kit.connectorName, 'earliest', openCluster);
    await stored(kit, 70);
    await eventually('the failure forgotten', async () => (await kit.days())[0]?.error === null);
    expect((await kit.days())[0]).to.include({ status: 'processing', rows_imported: 70, rows_duplicate: 0 });
  });

  it('stop at a topic that is made anew and outgrows them while they read it', async () => {
    const kit = await newStream(1);
    read();
    await streams.kafka.send(kit.topic, eventsOf(0, 20));
    await stored(kit, 20);
    await streams.kafka.deleteTopic(kit.topic);
    await streams.kafka.createTopic(kit.topic, 1);
    await streams.kafka.send(kit.topic, eventsOf(100, 50));
    await eventually('the refusal', async () => (await status(kit))?.error?.includes('its id was'));
    await resetStream(streams.services, kit.accountId, kit.connectorName, 'earliest', openCluster);
    await stored(kit, 70);
    expect(await kit.interactions()).to.have.length(70);
  });

  it('stop at a topic that was made anew with fewer partitions, although it has more events', async () => {
    const kit = await newStream(3);
    read();
    await streams.kafka.send(kit.topic, eventsOf(0, 30, 3));
    await stored(kit, 30);
    await kit.enable(false);
    await eventually('nobody reads it', async () => (await status(kit)) === undefined);
    await streams.kafka.deleteTopic(kit.topic);
    await streams.kafka.createTopic(kit.topic, 1);
    await streams.kafka.send(kit.topic, eventsOf(100, 50));
    await kit.enable(true);
    await eventually('the refusal', async () => (await status(kit))?.error?.includes('cqa stream reset'));
    expect(await kit.interactions()).to.have.length(30);
    await resetStream(streams.services, kit.accountId, kit.connectorName, 'earliest', openCluster);
    await stored(kit, 80);
  });
});
