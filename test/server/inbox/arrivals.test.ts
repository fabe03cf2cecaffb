import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { openInboxFolder } from '../../../server/inbox/folder.ts';
import { type RunningInbox, startInboxServer } from '../../../server/inbox/server.ts';
import { inboxServer } from '../../../server/inbox/server-facts.ts';
import { startWorkerRole } from '../../../server/lanes/start.ts';
import type { Services } from '../../../server/services.ts';
import type { Workers } from '../../../server/worker/start.ts';
import { eventually } from '../../harness/eventually.ts';
import { scratchFolder } from '../../harness/folders.ts';
import { freePort } from '../../harness/ports.ts';
import { settingsOf, testAccount, testServices } from '../../harness/services.ts';
import { wavHeader, wavHeaderBytes } from '../../harness/wav.ts';
import { inboxPassword, makeInbox, sftp, startSftp } from './inboxes.ts';

describe('arrivals in an inbox', () => {
  const folder = scratchFolder('arrivals');
  const local = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  describe('with workers', () => {
    let services: Services;
    let server: RunningInbox;
    let workers: Workers;
    before(async () => {
      services = await testServices();
      workers = startWorkerRole(settingsOf(services), services);
      server = await startInboxServer(services, { port: 0, host: '127.0.0.1', arrived: () => workers.wake() });
    });
    after(async () => {
      await server.close();
      await workers.stop();
      await services.close();
    });

    const rowsOf = async (accountId: number): Promise<number> => {
      const [rows] = await services.database.pool.query<RowDataPacket[]>(
        'SELECT COUNT(*) AS n FROM interaction WHERE account_id = ?',
        [accountId],
      );
      return rows[0]?.n;
    };

    it('a CSV that arrives is imported at once, under its last name, and moved when it was read', async () => {
      const { id: accountId } = await testAccount(services);
      const config = { after_success: 'move', column_mapping: { call_id: 'external_interaction_id' } };
      const { username } = await makeInbox(services, accountId, config);
      const rows = [
        'call_id,channel_type,audio_url,transcript_text',
        'c1,VOICE,audio/c1.wav,',
        'c2,CHAT,,Agent: hello',
      ];
      const file = local('calls.csv', `${rows.join('\n')}\n`);
      const audio = local('c1.wav', Buffer.concat([wavHeader(50_000), Buffer.alloc(50_000 - wavHeaderBytes)]));
      const options = { port: server.port, username, password: inboxPassword };
      const { code, output } = await sftp(options, [
        'mkdir audio',
        `put ${audio} audio/c1.wav`,
        `put ${file} calls.csv.part`,
        'rename calls.csv.part calls.csv',
      ]);
      expect(code, output).to.equal(0);
      const inbox = await openInboxFolder(services, accountId, { username });
      await eventually('it was imported and moved', async () => inbox.find('processed/calls.csv'));
      const [executions] = await services.database.pool.query<RowDataPacket[]>(
        'SELECT trigger_kind, triggered_by FROM execution WHERE account_id = ?',
        [accountId],
      );
      expect(await rowsOf(accountId)).to.equal(2);
      await eventually('the recording was taken from the inbox', async () => {
        const [rows] = await services.database.pool.query<RowDataPacket[]>(
          "SELECT 1 FROM recording WHERE account_id = ? AND state = 'here'",
          [accountId],
        );
        return rows.length === 1;
      });
      expect(executions).to.deep.include({ trigger_kind: 'arrival', triggered_by: `inbox ${username}` });
    });
  });

  describe('a server that is killed', () => {
    let services: Services;
    before(async () => {
      services = await testServices({ inboxPort: await freePort() });
    });
    after(() => services.close());

    const start = async (): Promise<ChildProcess> => {
      const program = fileURLToPath(new URL('../../bench/inbox/process.js', import.meta.url));
      const child = spawn(process.execPath, [program, JSON.stringify(settingsOf(services))], { stdio: 'ignore' });
      await services.database.pool.query("DELETE FROM installation WHERE name = 'inbox_server'");
      await eventually('it listens', async () => (await inboxServer(services)).isUp);
      return child;
    };

    it('has every file that was said to be complete, and lets the sender begin the other again', async () => {
      const { id: accountId } = await testAccount(services);
      const { username } = await makeInbox(services, accountId);
      const whole = randomBytes(700_000);
      const large = randomBytes(15_000_000);
      const first = await start();
      const options = { port: services.config.inboxPort, username, password: inboxPassword };
      const files = [local('whole.wav', whole), local('large.wav', large)];
      expect((await sftp(options, [`put ${files[0]} whole.wav`])).code).to.equal(0);
      const slow = startSftp({ ...options, more: ['-l', '8000'] }, [`put ${files[1]} large.wav`]);
      const inbox = await openInboxFolder(services, accountId, { username });
      await eventually('some has come', async () => ((await inbox.find('large.wav'))?.size ?? 0) > 1_000_000);
      first.kill('SIGKILL');
      expect((await slow.ended).code).not.to.equal(0);
      const second = await start();
      expect((await inbox.find('whole.wav'))?.isComplete).to.equal(true);
      expect((await inbox.find('large.wav'))?.isComplete).to.equal(false);
      const again = await sftp(options, [`put ${files[1]} large.wav`]);
      expect(again.code, again.output).to.equal(0);
      const pieces: Uint8Array[] = [];
      for await (const piece of await inbox.open('large.wav')) pieces.push(Buffer.from(piece));
      expect(Buffer.concat(pieces).equals(large)).to.equal(true);
      second.kill('SIGTERM');
      await once(second, 'exit');
    });
  });
});
