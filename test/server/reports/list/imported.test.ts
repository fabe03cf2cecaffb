import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import type { Scope } from '../../../../db/queries/scope.ts';
import { saveMetadataField } from '../../../../server/quality/metadata-fields.ts';
import { type AnalysisListInput, listAnalyses } from '../../../../server/reports/analysis-list.ts';
import { listFilterFields } from '../../../../server/reports/filter-fields.ts';
import type { Services } from '../../../../server/services.ts';
import { testServices } from '../../../harness/services.ts';
import { importKit } from '../../pipeline/import/import-kit.ts';
import { seedAnalysis, seedProfile } from '../seed.ts';
import { doIndexWork } from './random-list.ts';

const admin: Scope = { role: 'admin', email: 'admin@example.test', teams: [], campaigns: [] };
const header = 'external_interaction_id,channel_type,interaction_start_time,transcript_text,queue';
const line = (id: string, day: number, queue: string) => `${id},CHAT,2026-11-0${day}T10:00:00Z,x,${queue}\n`;

for (const way of ['LOAD DATA LOCAL', 'INSERT'] as const)
  describe(`the Analysis List of what is imported, by ${way}`, () => {
    let services: Services;
    let kit: Awaited<ReturnType<typeof importKit>>;

    before(async () => {
      services = await testServices();
      if (way === 'INSERT') services.database.canLoadLocal = false;
    });
    after(() => services.close());

    beforeEach(async () => {
      kit = await importKit(services);
    });

    const makeFilterable = () =>
      saveMetadataField(services, kit.accountId, {
        cqa_key: 'queue',
        display_name: 'Queue',
        is_used_for_filtering: true,
      });

    async function ids(input: AnalysisListInput): Promise<string[]> {
      const { rows } = await listAnalyses(services, kit.accountId, admin, input);
      return rows.map((row) => row.external_interaction_id);
    }

    /** Before and after the interactions are looked at. */
    async function bothTimes(check: () => Promise<void>): Promise<void> {
      await check();
      await doIndexWork(services);
      await check();
    }

    it('finds what came before the field was marked for filtering, and says how far that is', async () => {
      kit.put('a.csv', `${header}\n${line('A', 1, 'Orders')}${line('B', 2, 'Returns')}`);
      await kit.run();
      await makeFilterable();
      const preparing = async () =>
        (await listFilterFields(services, kit.accountId)).map((one) => one.preparing_percent);
      expect(await preparing()).to.deep.equal([0]);
      await bothTimes(async () => {
        expect(await ids({ metadata: { queue: ['Orders'] } })).to.deep.equal(['A']);
      });
      expect(await preparing()).to.deep.equal([null]);
    });

    it('finds what was added and what was changed, by its new value, and its analyses by their new time', async () => {
      await makeFilterable();
      await seedProfile(services, kit.accountId, 'Basics', { Manual: { kind: 'manual' } });
      kit.put('a.csv', `${header}\n${line('A', 1, 'Orders')}${line('B', 2, 'Orders')}${line('C', 3, 'Returns')}`);
      await kit.run();
      await doIndexWork(services);
      const [a] = await kit.interactions();
      await seedAnalysis(services, kit.accountId, a?.id, { profile: 'Basics', points: 7 });
      kit.put('b.csv', `${header}\n${line('A', 5, 'Returns')}${line('D', 4, 'Orders')}`);
      expect((await kit.run()).counts).to.include({ imported: 1, updated: 1 });
      await bothTimes(async () => {
        expect(await ids({ metadata: { queue: ['Orders'] } })).to.deep.equal(['D', 'B']);
        expect(await ids({ metadata: { queue: ['Returns'] } })).to.deep.equal(['A', 'C']);
        expect(await ids({ metadata: { queue: ['Returns', 'Orders'] } })).to.deep.equal(['A', 'D', 'C', 'B']);
        expect(await ids({ from: '2026-11-05', to: '2026-11-05', min_score: 7 })).to.deep.equal(['A']);
        expect(await ids({ from: '2026-11-01', to: '2026-11-01', min_score: 1 })).to.deep.equal([]);
      });
    });

    it('no longer finds what was erased or a field that is no longer marked', async () => {
      await makeFilterable();
      kit.put('a.csv', `${header}\n${line('A', 1, 'Orders')}${line('B', 2, 'Orders')}`);
      await kit.run();
      await doIndexWork(services);
      const [a] = await kit.interactions();
      await services.database.pool.query('DELETE FROM interaction WHERE id = ?', [a?.id]);
      expect(await ids({ metadata: { queue: ['Orders'] } })).to.deep.equal(['B']);
      const unmarked = { cqa_key: 'queue', display_name: 'Queue', is_used_for_filtering: false };
      await saveMetadataField(services, kit.accountId, unmarked);
      expect(await ids({ metadata: { queue: ['Orders'] } }).catch((error) => error.code)).to.equal('invalid');
      await doIndexWork(services);
      const [left] = await services.database.pool.query<RowDataPacket[]>(
        'SELECT 1 FROM interaction_attribute WHERE account_id = ?',
        [kit.accountId],
      );
      expect(left).to.have.lengthOf(0);
    });
  });
