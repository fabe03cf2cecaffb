import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Broker } from 'kafkajs/src/cluster/index.js';
import type { Connection } from './connection.ts';
import { protocolType, unlessLeaderless } from './failure.ts';

/** A place in the group for one generation of it. */
export interface Member {
  coordinator: Broker;
  memberId: string;
  generationId: number;
  /** Divides the partitions among the members. */
  isLeader: boolean;
  /** How many partitions the topic had when they were divided. */
  partitionCount: number;
  partitions: number[];
}

export interface GroupSettings {
  groupId: string;
  topic: string;
  sessionTimeoutMs: number;
  /** How long the others wait for a member that is at its work. */
  rebalanceTimeoutMs: number;
}

/** All clients know it by this name; who leads decides how it is done. */
const protocol = 'roundrobin';
const againMs = 100;
/** The group is being put in order, or its coordinator has moved: it is asked once more. */
const passing = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
]);

/** Whether the group only has to be joined again. */
export function isRebalance(error: unknown): boolean {
  return passing.has(protocolType(error) ?? '');
}

/** Who we are in a consumer group. Kept over lost connections: the group waits for whoever does not come back. */
export class Membership {
  readonly #settings: GroupSettings;
  #memberId = '';

  constructor(settings: GroupSettings) {
    this.#settings = settings;
  }

  async join(connection: Connection): Promise<Member> {
    const { topic, groupId, rebalanceTimeoutMs } = this.#settings;
    const mostMs = rebalanceTimeoutMs + 3 * connection.timeoutMs;
    return await connection.request({ topic, groupId }, () => this.#joinUntilLetIn(connection), mostMs);
  }

  async #joinUntilLetIn(connection: Connection): Promise<Member> {
    for (;;) {
      try {
        return await this.#joinOnce(connection);
      } catch (error) {
        if (!isRebalance(error) || connection.isClosed) throw error;
        if (protocolType(error) === 'UNKNOWN_MEMBER_ID') this.#memberId = '';
        await delay(againMs);
      }
    }
  }

  async #joinOnce(connection: Connection): Promise<Member> {
    const { groupId, topic, sessionTimeoutMs, rebalanceTimeoutMs } = this.#settings;
    const coordinator = await findCoordinator(connection, groupId);
    const metadata = kafkajs.AssignerProtocol.MemberMetadata.encode({
      ...{ version: 0, topics: [topic], userData: Buffer.alloc(0) },
    });
    const { generationId, leaderId, memberId, members } = await coordinator.joinGroup({
      ...{ groupId, memberId: this.#memberId, groupProtocols: [{ name: protocol, metadata }] },
      ...{ sessionTimeout: sessionTimeoutMs, rebalanceTimeout: rebalanceTimeoutMs },
    });
    this.#memberId = memberId;
    const isLeader = leaderId === memberId;
    await unlessLeaderless(() => connection.cluster.refreshMetadata());
    const all = connection.cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
    const groupAssignment = isLeader ? divide(topic, all, members) : [];
    const sync = { groupId, generationId, memberId, groupAssignment };
    const { memberAssignment } = await coordinator.syncGroup(sync);
    const own = kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment[topic] ?? [];
    const partitions = [...own].sort((a, b) => a - b);
    return { coordinator, memberId, generationId, isLeader, partitionCount: all.length, partitions };
  }

  async heartbeat({ coordinator, memberId, generationId }: Member): Promise<void> {
    await coordinator.heartbeat({ groupId: this.#settings.groupId, groupGenerationId: generationId, memberId });
  }

  async commit({ coordinator, memberId, generationId }: Member, offsets: Map<number, number>): Promise<void> {
    const { groupId, topic } = this.#settings;
    const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset: String(offset) }));
    const member = { groupId, groupGenerationId: generationId, memberId };
    await coordinator.offsetCommit({ ...member, topics: [{ topic, partitions }] });
  }

  /** Where the group was in these partitions; those where it never was are left out. */
  async committed({ coordinator }: Member, partitions: number[]): Promise<Map<number, number>> {
    const { groupId, topic } = this.#settings;
    const wanted = partitions.map((partition) => ({ partition }));
    const { responses } = await coordinator.offsetFetch({ groupId, topics: [{ topic, partitions: wanted }] });
    const found = responses.flatMap((response) => response.partitions);
    return new Map(found.flatMap(({ partition, offset }) => (Number(offset) < 0 ? [] : [[partition, Number(offset)]])));
  }

  async leave({ coordinator, memberId }: Member): Promise<void> {
    this.#memberId = '';
    await coordinator.leaveGroup({ groupId: this.#settings.groupId, memberId });
  }
}

/** The broker that keeps the group. In a new cluster there is none for a moment. */
export async function findCoordinator(connection: Connection, groupId: string): Promise<Broker> {
  for (;;) {
    const broker = await connection.anyBroker();
    try {
      // kafkajs's own search tells nobody why it failed.
      const { coordinator } = await broker.findGroupCoordinator({ groupId, coordinatorType: 0 });
      return await connection.cluster.findBroker({ nodeId: coordinator.nodeId });
    } catch (error) {
      if (!isRebalance(error) || connection.isClosed) throw error;
      await delay(againMs);
    }
  }
}

function divide(topic: string, partitions: number[], members: { memberId: string }[]) {
  const names = members.map(({ memberId }) => memberId).sort();
  return names.map((memberId, index) => {
    const own = partitions.filter((_, i) => i % names.length === index);
    const assignment = { version: 0, assignment: { [topic]: own }, userData: Buffer.alloc(0) };
    return { memberId, memberAssignment: kafkajs.AssignerProtocol.MemberAssignment.encode(assignment) };
  });
}
