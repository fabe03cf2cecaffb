import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { claimWork, type Work } from '../../../../db/queries/work.ts';
import { analyseHandler } from '../../../../server/pipeline/analyse/analyse.ts';
import { saveProfile } from '../../../../server/quality/profiles.ts';
import type { Services } from '../../../../server/services.ts';
import type { WorkHandler } from '../../../../server/worker/handler.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { claimed, seedInteraction, seedProfile, seedRecording, seedRule } from '../../reports/seed.ts';

const never = new AbortController().signal;
const transcriptText = 'Agent: thank you for calling';
const evaluator = { kind: 'phrase' as const, any: ['thank you for calling'] };

describe('analyses that end at the same moment', () => {
  let services: Services;
  let handler: WorkHandler;
  before(async () => {
    services = await testServices();
    handler = analyseHandler(services, {});
  });
  after(() => services.close());

  async function newWork(accountId: number) {
    const { id } = await seedInteraction(services, accountId, { transcriptText });
    return claimed(services, 'analyse', accountId, id);
  }

  async function scores(accountId: number): Promise<RowDataPacket[]> {
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      'SELECT final_score FROM analysis WHERE account_id = ?',
      [accountId],
    );
    return rows;
  }

  async function accountWith(points: number): Promise<number> {
    const { id } = await testAccount(services);
    if (points === 10) await seedProfile(services, id, 'Basics', { Greeting: evaluator });
    else await saveProfile(services, id, largeProfile(points));
    await seedRule(services, id, { assign_quality_profiles: ['Basics'] });
    return id;
  }

  it('are each written under its own account’s rules, all of them', async () => {
    const accounts = [await accountWith(10), await accountWith(10), await accountWith(10)];
    const works = [];
    for (const accountId of [...accounts, ...accounts, ...accounts]) works.push(await newWork(accountId));
    await Promise.all(works.map((work) => handler.run(work, never)));
    for (const accountId of accounts)
      expect((await scores(accountId)).map((row) => row.final_score)).to.deep.equal([10, 10, 10]);
  });

  it('are left to others where there are more recordings than could be measured soon, the attempt not counted', async () => {
    const accountId = await accountWith(10);
    const works: Work[] = [];
    for (let i = 0; i < 6; i++) {
      const work = await newWork(accountId);
      await seedRecording(services, accountId, work.subject, 'clean.wav');
      works.push(work);
    }
    await Promise.all(works.map((work) => handler.run(work, never)));
    expect(await scores(accountId)).to.have.length(3);
    const left = await claimWork(services.database.pool, 'analyse', { limit: 100, leaseSeconds: 30 });
    expect(left.map(({ attempts }) => attempts)).to.deep.equal([1, 1, 1]);
    await Promise.all(left.map((work) => handler.run(work, never)));
    expect(await scores(accountId)).to.have.length(6);
  });

  it('do not fail with one that the database does not take, or whose lease was lost', async () => {
    const good = await accountWith(10);
    const tooLarge = await accountWith(1e15);
    const works = [await newWork(good), await newWork(tooLarge), await newWork(good)];
    const lost = await newWork(good);
    const outcomes = await Promise.allSettled(
      [...works, { ...lost, claim: lost.claim - 1 }].map((work) => handler.run(work, never)),
    );
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(await scores(good)).to.have.length(2);
    expect(await scores(tooLarge)).to.deep.equal([]);
    expect((outcomes[3] as PromiseRejectedResult).reason).to.have.property('code', 'lease_lost');
  });
});

function largeProfile(points: number) {
  const options = [
    { label: 'Yes', weightage: points },
    { label: 'No', weightage: 0 },
  ];
  const kpi = { kpi_name: 'Greeting', kpi_question: 'Greeting?', input_type: 'Yes/No', options, evaluator };
  return { name: 'Basics', categories: [{ name: 'Conduct', sub_categories: [{ name: 'Call', kpis: [kpi] }] }] };
}
