import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { eventually } from '../../harness/eventually.ts';
import { eventsOf, type FollowedStream, followedStreams } from './followed-kit.ts';

describe('processes that read a stream together', () => {
  const streams = followedStreams('restart');
  const { read, newStream, stored } = streams;

  function readers(kit: FollowedStream): Promise<RowDataPacket[]> {
    return kit.select(
      'SELECT process_id, state, partitions, error FROM stream_reader WHERE connector_id = ? ORDER BY process_id',
      kit.connectorId,
    );
  }

  it('forget that the broker was away, also the one that waits for a partition', async () => {
    const kit = await newStream(1);
    read();
    read();
    const standing = async () => (await readers(kit)).map(({ partitions, state, error }) => [partitions, state, error]);
    const inOrder = () =>
      eventually('one follows, one waits', async () => {
        const now = (await standing()).sort();
        return JSON.stringify(now) === '[[0,"starting",null],[1,"following",null]]';
      });
    await inOrder();
    await streams.kafka.kill();
    await eventually('both have noticed', async () => (await standing()).every(([, state]) => state === 'failing'));
    await streams.kafka.start();
    await streams.kafka.send(kit.topic, eventsOf(0, 3));
    await stored(kit, 3);
    await inOrder();
  });

  it('forget the failure of a partition that another one has now', async () => {
    const kit = await newStream(2);
    const { pool } = streams.services.database;
    await pool.query(
      `CREATE TRIGGER refused BEFORE UPDATE ON stream_position FOR EACH ROW
         IF NEW.connector_id = ${kit.connectorId} AND NEW.partition_id = 0 THEN
           SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused';
         END IF`,
    );
    try {
      read();
      await streams.kafka.send(kit.topic, eventsOf(0, 4, 2));
      await eventually('the failure', async () => (await readers(kit))[0]?.state === 'failing');
      const first: Buffer = (await readers(kit))[0]?.process_id;
      // The group deals the partitions out by chance, so it is asked until the other one has the one that fails.
      for (let isTaken = false; !isTaken; ) {
        const other = read();
        const failing = await eventually('only whoever has it fails', async () => {
          const now = await readers(kit);
          const isShared = now.length === 2 && now.every(({ partitions }) => partitions === 1);
          const [only, ...more] = now.filter(({ state, error }) => state === 'failing' && error.includes('refused'));
          return isShared && more.length === 0 && only;
        });
        isTaken = !first.equals(failing.process_id);
        if (!isTaken) await other.stop();
      }
      expect((await readers(kit)).find(({ process_id }) => first.equals(process_id))).to.include({
        state: 'following',
        error: null,
      });
    } finally {
      await pool.query('DROP TRIGGER refused');
    }
    await stored(kit, 4);
  });
});
