import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createUser } from '../../../../server/accounts/users.ts';
import { createCampaign } from '../../../../server/campaigns/campaigns.ts';
import { type ApiServer, apiServer } from '../../../harness/api.ts';
import { scratchFolder } from '../../../harness/folders.ts';
import { wav } from '../multipart/form-server.ts';
import { interactionRow, notedUploads, storedFiles } from '../multipart/upload-server.ts';

const run = promisify(execFile);

interface Accepted {
  interaction_id: string;
  external_interaction_id: string;
  status: string;
}

type Parts = Record<string, string | Uint8Array>;

describe('POST /calls/audio', () => {
  let api: ApiServer;
  let campaign: string;
  const agent = 'john.doe@example.com';
  before(async () => {
    api = await apiServer();
    campaign = (await createCampaign(api.services, api.account.id, { name: 'Réclamations' }, 'test')).id;
    await createUser(api.services, api.account.id, { email: agent, role: 'agent' });
    const gone = await createUser(api.services, api.account.id, { email: 'gone@example.com', role: 'agent' });
    await api.services.database.pool.query('UPDATE user SET disabled_at = NOW() WHERE id = ?', [gone.id]);
  });
  after(() => api.close());
  afterEach(async () => expect(await notedUploads(api.services)).to.equal(0));

  const send = (parts: Parts, key?: string | null) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(parts))
      if (typeof value === 'string') form.set(name, value);
      else form.set(name, new Blob([value]), 'call.wav');
    return api.call<Accepted>('POST', '//calls/audio', { body: form, ...(key === undefined ? {} : { key }) });
  };

  it("takes the documentation's own call", async () => {
    const path = join(scratchFolder('call'), 'recording.wav');
    writeFileSync(path, wav(50_000));
    const { stdout } = await run('curl', [
      ...['-sS', '-X', 'POST', `${api.url}/calls/audio`, '-H', `x-api-key: ${api.key}`, '-F', `file=@${path}`],
      ...['-F', `campaign_id=${campaign}`, '-F', 'conversation_timestamp=1704067200', '-F', `agent_email=${agent}`],
      ...['-F', 'metadata=[{"key":"key1","value":"value1"},{"key":"équipe","value":"漢字"}]'],
    ]);
    const { status, data } = JSON.parse(stdout) as { status: number; data: Accepted };
    expect(status).to.equal(200);
    const row = await interactionRow(api.services, data.interaction_id);
    expect(row).to.deep.include({ channel_type: 'VOICE', source: 'allobrain', state: 'here', work: 'analyse' });
    expect(row.metadata).to.deep.equal({
      campaign_id: campaign,
      campaign: 'Réclamations',
      agent_email: agent,
      key1: 'value1',
      équipe: '漢字',
    });
    expect(row.start?.toISOString()).to.equal('2024-01-01T00:00:00.000Z');
  });

  it('recognises an upload that is sent again, and stores nothing twice', async () => {
    const parts: Parts = { campaign_id: campaign, conversation_timestamp: '1704067300', file: wav(60_000) };
    const first = await send(parts);
    const filesBefore = storedFiles(api.services);
    const again = await send(parts);
    expect([first.status, again.status]).to.deep.equal([200, 200]);
    expect(again.data.interaction_id).to.equal(first.data.interaction_id);
    expect(storedFiles(api.services)).to.deep.equal(filesBefore);
    const others: Parts[] = [{ conversation_timestamp: '1704067301' }, { agent_email: agent }, { file: wav(60_002) }];
    for (const other of others) {
      const { data } = await send({ ...parts, ...other });
      expect(data.interaction_id).not.to.equal(first.data.interaction_id);
    }
  });

  it('gives retries at the same moment one interaction', async () => {
    const parts = { file: wav(300_000), campaign_id: campaign };
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(parts)));
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ data }) => data.interaction_id)).size).to.equal(1);
  });

  const refusals: [string, () => Parts, number, string, RegExp][] = [
    ['no campaign', () => ({ file: wav(1000) }), 400, 'VALIDATION_ERROR', /campaign_id is missing/],
    ['a campaign id of another form', () => ({ campaign_id: 'x', file: wav(1000) }), 400, 'VALIDATION_ERROR', /24 hex/],
    ['an unknown campaign', () => ({ campaign_id: 'f'.repeat(24), file: wav(1000) }), 404, 'NOT_FOUND', /no campaign/],
    [
      'the same behind the file',
      () => ({ file: wav(1000), campaign_id: 'f'.repeat(24) }),
      404,
      'NOT_FOUND',
      /no campaign/,
    ],
    [
      'an unknown agent',
      () => ({ campaign_id: campaign, agent_email: 'x@example.com', file: wav(1000) }),
      404,
      'NOT_FOUND',
      /no agent/,
    ],
    [
      'a disabled agent',
      () => ({ campaign_id: campaign, agent_email: 'gone@example.com', file: wav(1000) }),
      404,
      'NOT_FOUND',
      /no agent/,
    ],
    [
      'milliseconds',
      () => ({ campaign_id: campaign, conversation_timestamp: '1704067200000', file: wav(1000) }),
      400,
      'VALIDATION_ERROR',
      /seconds/,
    ],
    [
      'metadata of another form',
      () => ({ campaign_id: campaign, metadata: '{"a":1}', file: wav(1000) }),
      400,
      'VALIDATION_ERROR',
      /list such as/,
    ],
    ['no file', () => ({ campaign_id: campaign }), 400, 'VALIDATION_ERROR', /no file/],
    [
      'what is no audio',
      () => ({ campaign_id: campaign, file: Buffer.from('{"a":1}') }),
      422,
      'UNPROCESSABLE_CONTENT',
      /JSON/,
    ],
  ];
  for (const [what, parts, status, code, words] of refusals)
    it(`refuses ${what} and stores nothing`, async () => {
      const filesBefore = storedFiles(api.services);
      const answer = await send(parts());
      expect([answer.status, answer.code]).to.deep.equal([status, code]);
      expect(answer.message).to.match(words);
      expect(storedFiles(api.services)).to.deep.equal(filesBefore);
    });

  it("knows nothing of another account's campaigns and agents", async () => {
    const other = await api.anotherAccount();
    expect((await send({ campaign_id: campaign, file: wav(1000) }, other.key)).status).to.equal(404);
    expect((await send({ campaign_id: campaign, file: wav(1000) }, null)).status).to.equal(401);
  });
});
