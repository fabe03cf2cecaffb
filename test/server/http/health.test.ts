import { expect } from 'chai';
import { metricsText } from '../../../server/http/health.ts';
import { testAccount } from '../../harness/services.ts';
import { makeBelongings } from '../console/belongings.ts';
import { announced } from '../webhooks/deliveries.ts';
import { type Door, openDoor } from './door.ts';

describe('the figures for whoever runs the program', () => {
  let door: Door;
  before(async () => {
    door = await openDoor();
  });
  after(() => door.close());

  it('say that it runs and is ready', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const response = await fetch(`${door.url}${path}`);
      expect(response.status).to.equal(200);
      expect(await response.json()).to.deep.equal({ ok: true });
    }
  });

  it('count executions by status, waiting work by kind, and webhooks that were not delivered', async () => {
    const accountId = (await testAccount(door.services)).id;
    await makeBelongings(door.services, accountId);
    for (const state of ['pending', 'pending', 'failed', 'delivered']) {
      const id = await announced(door.services, accountId, 'https://hooks.example.test/a');
      await door.services.database.pool.query('UPDATE webhook_delivery SET state = ? WHERE id = ?', [state, id]);
    }
    const response = await fetch(`${door.url}/metrics`);
    const text = await response.text();
    expect(response.headers.get('content-type')).to.match(/^text\/plain/);
    expect(text).to.match(/^cqa_executions\{status="pending"\} 2$/m);
    expect(text).to.match(/^cqa_executions\{status="success"\} 0$/m);
    expect(text).to.match(/^cqa_work\{kind="execute"\} 2$/m);
    expect(text).to.match(/^cqa_work_due\{kind="execute"\} 2$/m);
    expect(text).to.match(/^cqa_work\{kind="webhook"\} 4$/m);
    expect(text).to.match(/^cqa_work_due\{kind="webhook"\} 4$/m);
    expect(text).to.match(/^cqa_webhook_deliveries\{state="pending"\} 2$/m);
    expect(text).to.match(/^cqa_webhook_deliveries\{state="failed"\} 2$/m);
    expect(text).to.match(/^process_resident_memory_bytes \d+$/m);
  });

  it('are lines that Prometheus reads', () => {
    const text = metricsText({ executions: [], work: [], webhooks: [] }, process.memoryUsage());
    for (const line of text.trimEnd().split('\n'))
      expect(line).to.match(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[a-z_]+"\})? \d+)$/);
  });
});

describe('a program whose database has gone', () => {
  it('runs, and is not ready', async () => {
    const door = await openDoor();
    await door.services.database.pool.end();
    expect((await fetch(`${door.url}/healthz`)).status).to.equal(200);
    expect((await fetch(`${door.url}/readyz`)).status).to.equal(503);
  });
});
