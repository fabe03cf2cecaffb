import { expect } from 'chai';
import type { ConnectorStream } from '../../../db/queries/console-streams.ts';
import { setConnectorEnabled } from '../../../server/configuration/connectors.ts';
import { metricsText } from '../../../server/web/health.ts';
import { testAccount } from '../../harness/services.ts';
import { makeBelongings } from '../console/belongings.ts';
import { addReader, addStream } from '../console/streams.ts';
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

  it('tell of each stream that is to be read whether it is, its lag, rate, last event and restarts', async () => {
    const { services } = door;
    const account = await testAccount(services);
    const [read, unread, stopped, disabled] = [
      await addStream(services, account.id, 'ecc'),
      await addStream(services, account.id, 'unread'),
      await addStream(services, account.id, 'stopped'),
      await addStream(services, account.id, 'off'),
    ];
    await setConnectorEnabled(services, account.id, disabled.uid, false);
    const lastEventAt = new Date('2026-11-21T04:00:05.250Z');
    const facts = { state: 'following', lag: 40, eventsPerSecond: 1.5, restarts: 2, lastEventAt };
    for (const one of [read, disabled]) await addReader(services, account.id, one.connectorId, facts);
    await addReader(services, account.id, stopped.connectorId, { state: 'failing', partitions: 0 });
    const text = await (await fetch(`${door.url}/metrics`)).text();
    const labels = `account="${account.uid}",connector="${read.uid}",name="ecc"`;
    const lines = text.split('\n');
    expect(lines).to.include.members([
      `cqa_stream_up{${labels}} 1`,
      `cqa_stream_lag{${labels}} 40`,
      `cqa_stream_events_per_second{${labels}} 1.5`,
      `cqa_stream_last_event_timestamp_seconds{${labels}} ${lastEventAt.getTime() / 1000}`,
      `cqa_stream_restarts_total{${labels}} 2`,
    ]);
    for (const { uid } of [unread, stopped]) {
      const ofIt = lines.filter((line) => line.includes(uid));
      expect(ofIt.filter((line) => line.startsWith('cqa_stream_up{'))[0]).to.match(/ 0$/);
      expect(ofIt.filter((line) => line.startsWith('cqa_stream_lag{'))).to.deep.equal([]);
    }
    expect(text).not.to.contain(disabled.uid);
    expect(text).to.match(/^# TYPE cqa_stream_restarts_total counter$/m);
    expect(text).to.match(/^cqa_work\{kind="feedback"\} \d+$/m);
  });

  it('are lines that Prometheus reads, whatever a person called a connector', () => {
    const stream: ConnectorStream = {
      ...{
        accountUid: 'a',
        connectorId: 1,
        connectorUid: 'c',
        connectorName: 'one "two"\\three\nfour',
        state: 'failing',
      },
      ...{ readers: 1, partitions: 1, lag: 1, eventsPerSecond: 0.25, lastEventAt: new Date(1500), restarts: 0 },
      error: undefined,
    };
    const text = metricsText({ executions: [], work: [], webhooks: [], streams: [stream] }, process.memoryUsage());
    const label = String.raw`[a-z]+="([^"\\\n]|\\\\|\\"|\\n)*"`;
    const sample = new RegExp(`^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\\{${label}(,${label})*\\})? [\\d.]+)$`);
    for (const line of text.trimEnd().split('\n')) expect(line).to.match(sample);
    expect(text).to.contain(String.raw`cqa_stream_up{account="a",connector="c",name="one \"two\"\\three\nfour"} 0`);
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
