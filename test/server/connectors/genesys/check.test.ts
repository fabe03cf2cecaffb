import { expect } from 'chai';
import type { ConnectorType } from '../../../../server/connectors/connector.ts';
import { genesys } from '../../../../server/connectors/genesys/genesys.ts';
import { check } from '../contract-kit.ts';
import { genesysForTests } from './kit.ts';

const type = genesys as unknown as ConnectorType;
const hourAgo = () => new Date(Date.now() - 3_600_000);

describe('Test connection of Genesys', () => {
  const system = genesysForTests();
  const steps = (more: Record<string, unknown> = {}) => check(type, system().config(more), 'import');

  it('says how many conversations there are, and reads the recording of one', async () => {
    system().addCalls([
      { id: 'a', startedAt: hourAgo() },
      { id: 'b', startedAt: hourAgo(), isRecorded: { recording: false } },
    ]);
    const all = await steps({ queues: ['Support'] });
    expect(all.map(({ name, ok }) => [name, ok])).to.deep.equal([
      ['reach', true],
      ['sign_in', true],
      ['list', true],
      ['recording', true],
    ]);
    expect(all[2]?.message).to.match(/2 conversations within the last 24 hours in the queue Support.*1 are taken/);
    expect(all[2]?.details).to.deep.equal({ call_count: 2, queues: ['Support'] });
  });

  it('names the permission that is missing, for conversations and for recordings', async () => {
    system().server.permissions.delete('recording:recording:view');
    for (const calls of [0, 5]) {
      system().addCalls(calls === 0 ? [] : [{ id: 'a', startedAt: hourAgo() }]);
      const last = (await steps()).at(-1);
      expect(last).to.include({ name: 'recording', ok: false });
      expect(last?.message).to.match(/recording:recording:view/);
    }
    system().server.permissions.delete('analytics:conversationDetail:view');
    const last = (await steps()).at(-1);
    expect(last).to.include({ name: 'list', ok: false });
    expect(last?.message).to.match(/analytics:conversationDetail:view/);
  });

  it('tells an unknown queue with names like it, and its field', async () => {
    const last = (await steps({ queues: ['Sale'] })).at(-1);
    expect(last).to.include({ name: 'list', ok: false });
    expect(last?.message).to.match(/Is it "Sales"\?/);
    expect(last?.details?.field).to.equal('queues');
  });

  it('says of a queue that cannot be looked up that it is taken as the ID', async () => {
    system().addCalls([{ id: 'a', startedAt: hourAgo(), queueId: 'Claims' }]);
    system().server.permissions.delete('routing:queue:view');
    const list = (await steps({ queues: ['Claims'] })).find(({ name }) => name === 'list');
    expect(list).to.include({ ok: true });
    expect(list?.message).to.match(/^1 conversations .*in the queue Claims/);
    expect(list?.message).to.match(
      /queue "Claims" cannot be looked up and is taken as the ID itself.*routing:queue:view/,
    );
  });

  it('tells an API address that does not answer from a sign-in address that does', async () => {
    const last = (await steps({ api_url: 'http://127.0.0.1:1' })).at(-1);
    expect(last).to.include({ name: 'reach', ok: false });
    expect(last?.details).to.include({ code: 'host_refused', field: 'api_url' });
  });
});
