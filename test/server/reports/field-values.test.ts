import { expect } from 'chai';
import type { Scope } from '../../../db/queries/scope.ts';
import { saveMetadataField } from '../../../server/quality/metadata-fields.ts';
import { listAnalyses } from '../../../server/reports/analysis-list.ts';
import { fieldValues } from '../../../server/reports/field-values.ts';
import type { Services } from '../../../server/services.ts';
import type { Scalar } from '../../../shared/quality.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { seedAnalysis, seedInteraction, seedProfile } from './seed.ts';

const profile = 'Basics';
const admin: Scope = { role: 'admin', email: 'a@values.test', teams: [], campaigns: [] };

describe('the values that filters of the Analysis List are chosen from', () => {
  let services: Services;
  let accountId: number;

  before(async () => {
    services = await testServices();
    accountId = (await testAccount(services)).id;
    await seedProfile(services, accountId, profile, { Manual: { kind: 'manual' } });
    for (const cqa_key of ['team_name', 'a.b "c"'])
      await saveMetadataField(services, accountId, { cqa_key, display_name: cqa_key, is_used_for_filtering: true });
    await saveMetadataField(services, accountId, { cqa_key: 'secret', display_name: 'Not for filtering' });
    await call('one', { team_name: 'south', 'a.b "c"': 12.5, secret: 'x' });
    await call('two', { team_name: 'north', 'a.b "c"': true, agent_email: 'ann@values.test' });
    await call('three', { team_name: 'north' });
  });
  after(() => services.close());

  async function call(externalId: string, metadata: Record<string, Scalar>): Promise<void> {
    const { id } = await seedInteraction(services, accountId, { externalId, metadata, status: 'completed' });
    await seedAnalysis(services, accountId, id, { profile, points: 5 });
  }

  it('are those of the fields marked for filtering, each once', async () => {
    expect(await fieldValues(services, accountId, admin)).to.deep.equal({
      'a.b "c"': ['12.5', 'true'],
      team_name: ['north', 'south'],
    });
  });

  it('each find what has them', async () => {
    for (const [key, values] of Object.entries(await fieldValues(services, accountId, admin)))
      for (const value of values) {
        const { rows } = await listAnalyses(services, accountId, admin, { metadata: { [key]: [value] } });
        expect(rows, `${key} ${value}`).not.to.deep.equal([]);
      }
  });

  it('are those of what the user may see alone', async () => {
    const agent: Scope = { ...admin, role: 'agent', email: 'ann@values.test' };
    expect(await fieldValues(services, accountId, agent)).to.deep.equal({ 'a.b "c"': ['true'], team_name: ['north'] });
  });
});
