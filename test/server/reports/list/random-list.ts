import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../../../db/database.ts';
import { queueAttributeWork } from '../../../../db/queries/attribute-fill.ts';
import { addPendingAttributes } from '../../../../db/queries/attributes.ts';
import type { Scope } from '../../../../db/queries/scope.ts';
import { claimWork } from '../../../../db/queries/work.ts';
import { uuidText } from '../../../../db/uuid.ts';
import { attributeHandler } from '../../../../server/pipeline/attributes.ts';
import type { AnalysisListInput } from '../../../../server/reports/analysis-list.ts';
import type { Services } from '../../../../server/services.ts';
import { type InteractionStatus, interactionStatuses } from '../../../../shared/interaction.ts';
import type { Scalar } from '../../../../shared/quality.ts';
import { seedAnalysis, seedInteraction } from '../seed.ts';

/** Whole numbers from 0 on, below `below`; the same seed gives the same ones. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export const profiles = ['First', 'Second', 'Third'];
const oddKey = 'a.b "c"';
export const filterKeys = ['queue', 'priority', oddKey];
const queues = ['Orders', 'orders', 'Returns', ' Returns', 'Café', 'İstanbul', 'ΟΔΟΣ', 'x'.repeat(600), '12'];
const priorities: Scalar[] = [1, 2, 2.5, '2', '02', true, 'true', -3, '2.50'];
const odd = ['one', "two's", '\\', '%'];
const teams = ['Sales', 'sales', 'Support'];
const campaigns = ['c1', 'c2'];
const agents = ['asha@example.test', 'Ben@Example.test', 'cai@example.test'];

type Random = (below: number) => number;
const some = <T>(random: Random, list: readonly T[]): T => list[random(list.length)] as T;
const maybe = <T>(random: Random, list: readonly T[]): T | undefined =>
  random(4) === 0 ? undefined : some(random, list);

function randomMetadata(random: Random): Record<string, Scalar> {
  const all = {
    queue: maybe(random, queues),
    priority: maybe(random, priorities),
    [oddKey]: maybe(random, odd),
    team_name: maybe(random, teams),
    campaign_id: maybe(random, campaigns),
    agent_email: maybe(random, agents),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<string, Scalar>;
}

let added = 0;

/** Few moments, so that many interactions share one. */
const randomTime = (random: Random) => new Date(Date.UTC(2026, 10, 1 + random(6), random(3) * 8));

/** Interactions of every status with up to three analyses each, stored as an import stores them. */
export async function addRandom(services: Services, accountId: number, random: Random, count: number): Promise<void> {
  const ids: Buffer[] = [];
  for (let n = 0; n < count; n++) {
    const { id } = await seedInteraction(services, accountId, {
      externalId: `${some(random, ['CALL', 'CHAT', 'call'])}-${random(3)}-${++added}`,
      startTime: randomTime(random),
      status: some(random, interactionStatuses),
      metadata: randomMetadata(random),
    });
    ids.push(id);
    for (const profile of profiles)
      if (random(3) === 0) await seedAnalysis(services, accountId, id, { profile, points: random(11) });
  }
  await transaction(services.database.pool, (connection) => addPendingAttributes(connection, accountId, ids));
}

/** Does all waiting `index` work, as a worker would. */
export async function doIndexWork(services: Services): Promise<void> {
  const handler = attributeHandler(services);
  await queueAttributeWork(services.database.pool);
  for (const work of await claimWork(services.database.pool, 'index', { limit: 100, leaseSeconds: 600 }))
    await handler.run(work, new AbortController().signal);
}

export function randomScope(random: Random): Scope {
  const given = { email: some(random, agents).toUpperCase(), teams: [], campaigns: [] };
  if (random(2) === 0) return { ...given, role: 'admin' };
  if (random(2) === 0) return { ...given, role: 'agent' };
  const pick = (list: string[]) => list.filter(() => random(2) === 0);
  return { ...given, role: 'supervisor', teams: pick(teams), campaigns: pick(campaigns) };
}

export function randomInput(random: Random, profileUids: string[]): AnalysisListInput {
  const rarely = <T>(value: () => T): T | undefined => (random(3) === 0 ? value() : undefined);
  const texts = (list: readonly Scalar[]) => Array.from({ length: 1 + random(3) }, () => String(some(random, list)));
  const metadata = {
    queue: rarely(() => texts([...queues, 'nowhere'])),
    priority: rarely(() => texts([...priorities, '3'])),
    [oddKey]: rarely(() => texts(odd)),
  };
  const asked = Object.entries(metadata).filter(([, values]) => values !== undefined) as [string, string[]][];
  const input = {
    from: rarely(() => `2026-11-0${1 + random(4)}`),
    to: rarely(() => `2026-11-0${4 + random(4)}`),
    profile: rarely(() => some(random, profileUids)),
    status: rarely(() => interactionStatuses.filter(() => random(2) === 0)),
    min_percentage: rarely(() => random(110) % 101),
    max_score: rarely(() => random(11)),
    metadata: asked.length > 0 && random(2) === 0 ? Object.fromEntries(asked) : undefined,
    search: rarely(() => some(random, ['CALL-1', 'C', 'call-', 'CHAT-2-', 'NONE'])),
  };
  if (input.status?.length === 0) input.status = undefined;
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

interface Stored {
  id: string;
  externalId: string;
  atMs: number;
  status: InteractionStatus;
  metadata: Record<string, Scalar>;
  analyses: { profileUid: string; percentage: number; points: number }[];
}

/** Everything that the account has, read without a condition. */
export async function readAll(services: Services, accountId: number): Promise<Stored[]> {
  const { pool } = services.database;
  const [interactions] = await pool.query<RowDataPacket[]>('SELECT * FROM interaction WHERE account_id = ?', [
    accountId,
  ]);
  const [analyses] = await pool.query<RowDataPacket[]>(
    'SELECT a.*, q.uid FROM analysis a JOIN quality_profile q ON q.id = a.profile_id WHERE a.account_id = ?',
    [accountId],
  );
  return interactions.map((row) => ({
    id: uuidText(row.id),
    externalId: row.external_id.toString(),
    atMs: row.occurred_at.getTime(),
    status: interactionStatuses[row.status] as InteractionStatus,
    metadata: JSON.parse(row.metadata),
    analyses: analyses
      .filter((analysis) => analysis.interaction_id.equals(row.id))
      .map((analysis) => ({
        profileUid: uuidText(analysis.uid),
        percentage: analysis.percentage_score,
        points: analysis.final_score,
      })),
  }));
}

/** The lines of the whole list as a plain look at everything gives them: interaction and profile. */
export function expectedLines(all: Stored[], scope: Scope, input: AnalysisListInput): string[] {
  const wantsAnalysis = [input.profile, input.min_percentage, input.max_score].some((value) => value !== undefined);
  return all
    .filter((one) => isSeen(one, scope) && fits(one, input))
    .sort((one, other) => other.atMs - one.atMs || (one.id < other.id ? 1 : -1))
    .flatMap(({ id, analyses }) => {
      const own = analyses.filter(
        ({ profileUid, percentage, points }) =>
          (input.profile === undefined || profileUid === input.profile) &&
          percentage >= (input.min_percentage ?? 0) &&
          points <= (input.max_score ?? 10),
      );
      if (own.length > 0) return own.map(({ profileUid }) => `${id} ${profileUid}`).sort();
      return wantsAnalysis ? [] : [`${id} none`];
    });
}

function isSeen({ metadata }: Stored, { role, email, teams: own, campaigns: ownCampaigns }: Scope): boolean {
  if (role === 'admin') return true;
  if (role === 'agent') return String(metadata.agent_email ?? '').toLowerCase() === email.toLowerCase();
  return own.includes(String(metadata.team_name)) || ownCampaigns.includes(String(metadata.campaign_id));
}

function fits({ externalId, atMs, status, metadata }: Stored, input: AnalysisListInput): boolean {
  const day = new Date(atMs + 5.5 * 3_600_000).toISOString().slice(0, 10);
  return (
    day >= (input.from ?? '') &&
    day <= (input.to ?? '9') &&
    (!input.status || input.status.includes(status)) &&
    externalId.startsWith(input.search ?? '') &&
    Object.entries(input.metadata ?? {}).every(
      ([key, values]) => Object.hasOwn(metadata, key) && values.includes(String(metadata[key])),
    )
  );
}
