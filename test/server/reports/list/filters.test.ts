import { expect } from 'chai';
import { driversOf } from '../../../../db/queries/analysis-list/drivers.ts';
import { questionOf } from '../../../../db/queries/analysis-list/page.ts';
import { readPlacesBy } from '../../../../db/queries/analysis-list/places.ts';
import type { Scope } from '../../../../db/queries/scope.ts';
import { uuidText } from '../../../../db/uuid.ts';
import { createUser } from '../../../../server/accounts/users.ts';
import { saveMetadataField } from '../../../../server/quality/metadata-fields.ts';
import { listProfiles } from '../../../../server/quality/profiles.ts';
import {
  type AnalysisListInput,
  analysisFilterSchema,
  lineFilterOf,
  listAnalyses,
} from '../../../../server/reports/analysis-list.ts';
import type { Services } from '../../../../server/services.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { seedProfile } from '../seed.ts';
import {
  addRandom,
  doIndexWork,
  expectedLines,
  filterKeys,
  profiles,
  randomInput,
  randomOf,
  randomScope,
  readAll,
} from './random-list.ts';

const questions = 80;
const seed = 20_261_122;

describe('filters of the Analysis List', () => {
  let services: Services;
  let accountId: number;
  let uids: string[];

  before(async () => {
    services = await testServices();
    accountId = await filledAccount(150);
    // Another account has the same, and is never seen.
    await filledAccount(40);
    uids = (await listProfiles(services, accountId)).map(({ uid }) => uid);
  });
  after(() => services.close());

  async function filledAccount(count: number): Promise<number> {
    const { id } = await testAccount(services);
    for (const name of profiles) await seedProfile(services, id, name, { Manual: { kind: 'manual' } });
    await addRandom(services, id, randomOf(seed), count);
    return id;
  }

  async function addFields(): Promise<void> {
    for (const role of ['agent', 'supervisor'] as const)
      await createUser(services, accountId, { email: `${role}@example.test`, role });
  }

  async function linesOf(scope: Scope, input: AnalysisListInput): Promise<string[]> {
    const lines: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listAnalyses(services, accountId, scope, { ...input, cursor });
      const uidByName = new Map((await listProfiles(services, accountId)).map(({ name, uid }) => [name, uid]));
      const ids = [...new Set(page.rows.map((row) => row.interaction_id))];
      for (const id of ids)
        lines.push(
          ...page.rows
            .filter((row) => row.interaction_id === id)
            .map((row) => `${id} ${uidByName.get(row.quality_profile ?? '') ?? 'none'}`)
            .sort(),
        );
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    return lines;
  }

  async function compareAll(seedOfQuestions: number): Promise<void> {
    const all = await readAll(services, accountId);
    const random = randomOf(seedOfQuestions);
    for (let n = 0; n < questions; n++) {
      const scope = randomScope(random);
      const input = { ...randomInput(random, uids), limit: 1 + random(60) };
      expect(await linesOf(scope, input), JSON.stringify({ scope, input })).to.deep.equal(
        expectedLines(all, scope, input),
      );
    }
  }

  it('give together, page by page, what a plain look at everything gives, before any field is prepared', async () => {
    for (const key of filterKeys)
      await saveMetadataField(services, accountId, { cqa_key: key, display_name: key, is_used_for_filtering: true });
    await compareAll(1);
  });

  it('give the same once the fields are prepared, and with interactions that came afterwards', async () => {
    await addFields();
    await doIndexWork(services);
    await compareAll(2);
    await addRandom(services, accountId, randomOf(seed + 1), 60);
    await compareAll(3);
    await doIndexWork(services);
    await compareAll(4);
  });

  it('give the same from every index', async () => {
    await addRandom(services, accountId, randomOf(seed + 2), 20);
    const all = await readAll(services, accountId);
    const { pool } = services.database;
    const random = randomOf(5);
    const kinds = new Set<string>();
    for (let n = 0; n < questions; n++) {
      const scope = randomScope(random);
      const input = randomInput(random, uids);
      const filter = await lineFilterOf(services, accountId, input);
      const { question } = await questionOf(pool, accountId, scope, filter);
      const expected = [...new Set(expectedLines(all, scope, input).map((line) => line.split(' ')[0]))];
      if (!question) expect(expected).to.deep.equal([]);
      else
        for (const driver of driversOf(question)) {
          kinds.add(driver.kind);
          const [first, ...rest] = await readPlacesBy(pool, question, driver, { after: undefined, limit: 500 });
          const after = await readPlacesBy(pool, question, driver, { after: first, limit: 500 });
          const told = JSON.stringify({ kind: driver.kind, scope, input });
          expect(
            [...(first ? [first] : []), ...rest].map(({ id }) => uuidText(id)),
            told,
          ).to.deep.equal(expected);
          if (first) expect(after, told).to.deep.equal(rest);
        }
    }
    expect([...kinds].sort()).to.deep.equal(['attribute', 'percentage', 'points', 'profile', 'search', 'status']);
  });

  it('refuse a metadata field that is not marked for filtering', async () => {
    const asked = lineFilterOf(services, accountId, { metadata: { agent_name: ['Ben'] } });
    expect(await asked.catch((error) => [error.code, error.field])).to.deep.equal(['invalid', 'metadata']);
  });

  it('refuse a field that JavaScript would not keep, instead of leaving it out', () => {
    const filterOf = (text: string) => analysisFilterSchema.safeParse(JSON.parse(text)).success;
    expect(filterOf('{"metadata":{"queue":["x"]}}')).to.equal(true);
    expect(filterOf('{"metadata":{"__proto__":["x"]}}')).to.equal(false);
  });
});
