import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import type { Scope } from '../../../../db/queries/scope.ts';
import { createUser } from '../../../../server/accounts/users.ts';
import { saveMetadataField } from '../../../../server/quality/metadata-fields.ts';
import { type AnalysisListInput, listAnalyses } from '../../../../server/reports/analysis-list.ts';
import type { Services } from '../../../../server/services.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { seedProfile } from '../seed.ts';
import { addRandom, doIndexWork, expectedLines, profiles, randomOf, readAll } from './random-list.ts';

const admin: Scope = { role: 'admin', email: 'admin@example.test', teams: [], campaigns: [] };
const supervisor: Scope = { ...admin, role: 'supervisor', teams: ['Sales', 'Support'] };

describe('walking through the Analysis List while it changes', () => {
  let services: Services;
  let accountId: number;

  before(async () => {
    services = await testServices();
    accountId = (await testAccount(services)).id;
    for (const name of profiles) await seedProfile(services, accountId, name, { Manual: { kind: 'manual' } });
    for (const role of ['agent', 'supervisor'] as const)
      await createUser(services, accountId, { email: `${role}@example.test`, role });
    await saveMetadataField(services, accountId, {
      cqa_key: 'queue',
      display_name: 'Queue',
      is_used_for_filtering: true,
    });
    await addRandom(services, accountId, randomOf(7), 120);
    await doIndexWork(services);
  });
  after(() => services.close());

  const asked: [string, Scope, AnalysisListInput][] = [
    ['everything', admin, {}],
    ['a status', admin, { status: ['completed'] }],
    ['a score', admin, { max_score: 9 }],
    ['a field', admin, { metadata: { queue: ['Orders', 'orders', 'Returns', 'Café'] } }],
    ['a supervisor’s', supervisor, {}],
  ];
  for (const [words, scope, input] of asked)
    it(`shows each once: ${words}, while others come, change their status, and are made ready`, async () => {
      const random = randomOf(words.length);
      const wanted = expectedLines(await readAll(services, accountId), scope, input).map((line) => line.split(' ')[0]);
      const seen: string[] = [];
      const touched = new Set<string>();
      let cursor: string | undefined;
      do {
        const page = await listAnalyses(services, accountId, scope, { ...input, limit: 6, cursor });
        seen.push(...new Set(page.rows.map((row) => row.interaction_id)));
        for (const id of await changeSome(random)) touched.add(id);
        await addRandom(services, accountId, random, 3);
        if (random(3) === 0) await doIndexWork(services);
        cursor = page.next_cursor ?? undefined;
      } while (cursor);
      expect(new Set(seen).size, 'none twice').to.equal(seen.length);
      const untouched = wanted.filter((id) => id !== undefined && !touched.has(id));
      expect(untouched.length).to.be.greaterThan(5);
      expect(seen).to.include.members(untouched);
    });

  /** Gives two interactions another status, as the analysis does. */
  async function changeSome(random: (below: number) => number): Promise<string[]> {
    const { pool } = services.database;
    const [rows] = await pool.query<RowDataPacket[]>(
      'SELECT id FROM interaction WHERE account_id = ? ORDER BY external_id LIMIT 2 OFFSET ?',
      [accountId, random(100)],
    );
    for (const { id } of rows) await pool.query('UPDATE interaction SET status = ? WHERE id = ?', [random(4), id]);
    const hex = rows.map(({ id }) => id.toString('hex') as string);
    return hex.map((id) => id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
  }
});
