import { expect } from 'chai';
import { uuidText } from '../../../../db/uuid.ts';
import type { ApiClient, ApiServer } from '../../../harness/api.ts';
import { seedAnalysis, seedInteraction, seedProfile } from '../../reports/seed.ts';
import { checkedServer } from './checked.ts';

interface Shown {
  interaction_id: string;
  external_interaction_id: string;
  batch_id?: string;
  metadata: object;
  analyses: { analysis_id: string; profile_id: string; status: string }[];
}

describe('GET /ingress/interactions/{id}', () => {
  let server: ApiServer;
  let other: ApiClient;

  before(async () => {
    server = await checkedServer();
    other = await server.anotherAccount();
  });
  after(() => server.close());

  const get = (id: string) => server.call<Shown>('GET', `/ingress/interactions/${encodeURIComponent(id)}`);

  it('answers the fields of the contract, by either id', async () => {
    const body = {
      external_interaction_id: 'call/1 ?ü#%2F',
      channel_type: 'VOICE',
      source: 'my-pbx',
      audio_url: 'https://recordings.example.com/1.wav;https://recordings.example.com/2.wav',
      pii_redacted: true,
      metadata: { queue: 'Orders', priority: 2, is_vip: false, '': 'empty key' },
    };
    const posted = await server.call<{ interaction_id: string }>('POST', '/ingress/interactions', { body });
    expect(posted.status, posted.message).to.equal(201);
    const { status, data } = await get(body.external_interaction_id);
    expect(status).to.equal(200);
    expect(data).to.have.all.keys(
      ...['interaction_id', 'external_interaction_id', 'channel_type', 'source', 'status', 'status_modified_at'],
      ...['audio_url', 'transcript_url', 'pii_redacted', 'created_at', 'metadata', 'analyses'],
    );
    expect(data).to.deep.include({ ...body, status: 'queued', transcript_url: null, analyses: [] });
    expect(data.interaction_id).to.equal(posted.data.interaction_id);
    expect((await get(data.interaction_id.toUpperCase())).data).to.deep.equal(data);
  });

  it('has the analyses, and says why where it failed', async () => {
    const { services, account } = server;
    await seedProfile(services, account.id, 'Basics', { Greeting: { kind: 'manual' } });
    const { id } = await seedInteraction(services, account.id, { externalId: 'analysed', status: 'failed' });
    const analysisId = await seedAnalysis(services, account.id, id, { profile: 'Basics' });
    const { data } = await get('analysed');
    expect(data.analyses).to.have.lengthOf(1);
    expect(data.analyses[0]).to.include({ analysis_id: uuidText(analysisId), status: 'completed' });
    const profiles = await server.call<{ quality_profiles: { uid: string }[] }>('GET', '/quality-profiles');
    expect(data.analyses[0]?.profile_id).to.equal(profiles.data.quality_profiles[0]?.uid);
    expect(data).to.include({ failure_reason: 'The interaction could not be analysed.' });
    const failure = JSON.stringify({ code: 'not_audio', message: 'This is no recording.' });
    await services.database.pool.query('UPDATE interaction SET failure = ? WHERE id = ?', [failure, id]);
    expect((await get('analysed')).data).to.include({ failure_reason: 'This is no recording.' });
  });

  it('finds an external id that looks like an id, and the id before it', async () => {
    const { services, account } = server;
    const first = await seedInteraction(services, account.id, { externalId: '019a9f3c-5a10-7c3e-9b7f-2f6d1c0a4e55' });
    const byExternal = await get('019a9f3c-5a10-7c3e-9b7f-2f6d1c0a4e55');
    expect(byExternal.data.interaction_id).to.equal(uuidText(first.id));
    await seedInteraction(services, account.id, { externalId: uuidText(first.id) });
    expect((await get(uuidText(first.id))).data.interaction_id).to.equal(uuidText(first.id));
  });

  it('has nothing of another account, by either id, and nothing where nothing is', async () => {
    const { id } = await seedInteraction(server.services, other.account.id, { externalId: 'theirs' });
    for (const name of [uuidText(id), 'theirs', 'nowhere', '019a9f3c-0000-7000-8000-000000000000', "' OR 1=1 --"]) {
      const { status, code } = await get(name);
      expect({ status, code }, name).to.deep.equal({ status: 404, code: 'NOT_FOUND' });
    }
  });
});
