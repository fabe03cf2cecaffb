import { expect } from 'chai';
import { analyseHandler } from '../../../server/pipeline/analyse/analyse.ts';
import { recordHandler } from '../../../server/pipeline/record.ts';
import type { Services } from '../../../server/services.ts';
import { testServices } from '../../harness/services.ts';
import { claimed, seedRecording } from '../reports/seed.ts';
import { feedbackKit } from './feedback-kit.ts';

const nowhere = ['127.0.0.1:9'];
const transcriptText = 'Agent: thank you for calling';
const never = new AbortController().signal;

describe('what a source is to be told', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  const analysisIds = async (interactionId: Buffer) =>
    (
      (await services.database.pool.query('SELECT id FROM analysis WHERE interaction_id = ?', [interactionId]))[0] as {
        id: Buffer;
      }[]
    ).map(({ id }) => id);

  it('is each analysis, written with it, under the connector that brought the interaction', async () => {
    const kit = await feedbackKit(services, nowhere);
    await kit.profile();
    const id = await kit.interaction({ transcriptText });
    await kit.analyse(id);
    const [work, ...others] = await kit.waiting();
    expect(others).to.deep.equal([]);
    expect(work?.group_key).to.equal(kit.connectorId);
    expect([work?.subject]).to.deep.equal(await analysisIds(id));
  });

  it('is the interaction itself where there is nothing to analyse, no profile, or its analysis was given up', async () => {
    const kit = await feedbackKit(services, nowhere);
    const unassigned = await kit.interaction({ transcriptText });
    await kit.analyse(unassigned);
    await kit.profile();
    const silent = await kit.interaction();
    await kit.analyse(silent);
    const givenUp = await kit.interaction({ transcriptText });
    const work = await claimed(services, 'analyse', kit.accountId, givenUp);
    await analyseHandler(services, {}).giveUp(work, { code: 'storage_failed', message: 'The storage did not answer.' });
    expect((await kit.waiting()).map(({ subject }) => subject)).to.deep.equal([unassigned, silent, givenUp]);
  });

  it('is the interaction whose recording could not be had', async () => {
    const kit = await feedbackKit(services, nowhere);
    const id = await kit.interaction();
    await seedRecording(services, kit.accountId, id);
    const work = await claimed(services, 'record', kit.accountId, id);
    const recording = recordHandler(services);
    await recording.run(work, never);
    await recording[Symbol.asyncDispose]();
    expect((await kit.waiting()).map(({ subject }) => subject)).to.deep.equal([id]);
  });

  it('is nothing of connectors without a results topic; a change counts from the next interaction on', async () => {
    const kit = await feedbackKit(services, nowhere);
    await kit.profile();
    const next = async () => kit.analyse(await kit.interaction({ transcriptText }));
    await kit.configure({ results_topic: undefined });
    await next();
    expect(await kit.waiting()).to.deep.equal([]);
    await kit.configure({ results_topic: kit.topic });
    await next();
    expect(await kit.waiting()).to.have.length(1);
    await kit.configure({ results_topic: undefined });
    await next();
    expect(await kit.waiting()).to.have.length(1);
    await services.database.pool.query('UPDATE interaction SET connector_id = 0 WHERE account_id = ?', [kit.accountId]);
  });

  it('is nothing of a result whose lease was lost', async () => {
    const kit = await feedbackKit(services, nowhere);
    await kit.profile();
    const id = await kit.interaction({ transcriptText });
    const work = await claimed(services, 'analyse', kit.accountId, id);
    const lost = await analyseHandler(services, {})
      .run({ ...work, claim: work.claim - 1 }, never)
      .catch((error) => error);
    expect(lost).to.have.property('code', 'lease_lost');
    expect(await kit.waiting()).to.deep.equal([]);
  });

  it('is told of anew where there is a newer result: who is at the older one may not settle it', async () => {
    const kit = await feedbackKit(services, nowhere);
    await kit.profile();
    const id = await kit.interaction({ transcriptText });
    await kit.analyse(id);
    const [before] = await kit.waiting();
    await kit.analyse(id);
    const [after, ...others] = await kit.waiting();
    expect(others).to.deep.equal([]);
    expect(after?.id).to.equal(before?.id);
    expect(after?.claim).to.equal(before?.claim + 1);
  });
});
