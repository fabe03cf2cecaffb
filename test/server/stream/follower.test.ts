import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { pino } from 'pino';
import { openCluster } from '../../../server/kafka/open.ts';
import type { Services } from '../../../server/services.ts';
import { startSupervisor } from '../../../server/stream/supervisor.ts';
import { eventually } from '../../harness/eventually.ts';
import { testServices } from '../../harness/services.ts';
import { streamKit } from './stream-kit.ts';

describe('a stream that cannot be read', () => {
  let services: Services;
  let silent: Server;
  before(async () => {
    services = await testServices();
    // Takes connections, and never says a word.
    silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  after(async () => {
    silent.close();
    await services.close();
  });

  it('has an execution a day that tells why, also when it could never be read', async () => {
    const kit = await streamKit(services, { brokers: '127.0.0.1:1' });
    const supervisor = startSupervisor(services, { openCluster, pollMs: 100, retryMs: 100 });
    const told = (index: number) =>
      eventually('the reason', async () => (await kit.days())[index]?.error?.includes('host_refused'));
    try {
      await told(0);
      expect((await kit.days())[0]).to.include({ status: 'processing', rows_listed: 0 });
      await kit.select('UPDATE execution SET due_at = due_at - INTERVAL 1 DAY WHERE account_id = ?', kit.accountId);
      await told(1);
      await eventually('yesterday ended', async () => (await kit.days())[0]?.status !== 'processing');
      const [yesterday, today] = await kit.days();
      expect(yesterday).to.include({ status: 'handler_failed', rows_listed: 0 });
      expect(yesterday?.error).to.include('host_refused');
      expect(today).to.include({ status: 'processing' });
    } finally {
      await supervisor.stop();
      await kit.enable(false);
    }
  });

  it('is said once in the log, with its name and the reason', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
    const kit = await streamKit(services, { brokers: '10.9.8.7:9092' });
    const supervisor = startSupervisor({ ...services, log }, { openCluster, pollMs: 100, retryMs: 50 });
    try {
      await eventually('the reason in the history', async () =>
        (await kit.days())[0]?.error?.includes('egress_blocked'),
      );
      // A day that is told anew is one that was tried again meanwhile.
      await kit.select('UPDATE execution SET due_at = due_at - INTERVAL 1 DAY WHERE account_id = ?', kit.accountId);
      await eventually('it once more', async () => (await kit.days())[1]?.error?.includes('egress_blocked'));
    } finally {
      await supervisor.stop();
      await kit.enable(false);
    }
    expect(lines).to.have.length(1);
    const [line = ''] = lines;
    expect(JSON.parse(line).msg).to.match(
      new RegExp(`^the stream "${kit.connectorName}" cannot be read, and is tried again: .*10\\.9\\.8\\.7`),
    );
    expect(line.match(/CQA_EGRESS_ALLOW/g)).to.have.length(1);
  });

  it('is given up at once when it is to end, though its broker does not answer', async () => {
    const { port } = silent.address() as AddressInfo;
    const kit = await streamKit(services, { brokers: `127.0.0.1:${port}` });
    const asked = once(silent, 'connection');
    const supervisor = startSupervisor(services, {
      openCluster: (settings) => openCluster({ ...settings, timeoutMs: 3_600_000 }),
      pollMs: 100,
    });
    await asked;
    await supervisor.stop();
    await kit.enable(false);
    expect(await kit.select('SELECT 1 FROM stream_reader WHERE connector_id = ?', kit.connectorId)).to.deep.equal([]);
  });
});
