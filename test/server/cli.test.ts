import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { freshDatabase } from '../harness/database.ts';
import { scratchFolder } from '../harness/folders.ts';
import { freePort, packageRoot } from '../harness/product.ts';
import { testSecretKey } from '../harness/services.ts';

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** The command line as a script uses it, with no program running: each command is all there is. */
describe('cqa', () => {
  const dataDir = scratchFolder('cli');
  let environment: NodeJS.ProcessEnv;
  let account: string;

  function run(...words: string[]): Ended {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(packageRoot, 'dist/server/cli.js'), ...words],
      {
        env: environment,
        encoding: 'utf8',
      },
    );
    return { status, stdout, stderr };
  }
  const json = (...words: string[]) => JSON.parse(run(...words, '--json').stdout);

  before(async () => {
    const { socketPath, host, port, user, password, database } = await freshDatabase();
    if (socketPath) environment = { ...process.env, ...throughSocket(socketPath, user, password, database) };
    else environment = { ...process.env, DATABASE_URL: `mysql://${user}:${password}@${host}:${port}/${database}` };
    Object.assign(environment, {
      CQA_DATA_DIR: dataDir,
      CQA_SECRET_KEY: testSecretKey,
      CQA_EGRESS_ALLOW: '127.0.0.0/8',
    });
    account = json(
      'account',
      'create',
      '--name',
      'Cli',
      '--admin-email',
      'a@cli.example',
      '--admin-password',
      'long enough!',
    ).account_id;
    const port22 = await freePort();
    writeFileSync(join(dataDir, 'cli.yaml'), yaml(port22));
  });

  it('ends with 2 and says why when it is used wrongly', () => {
    for (const words of [
      ['no-such-command'],
      ['account', 'create'],
      ['user', 'create', '--role', 'king'],
      ['doctor', '--colour'],
    ]) {
      const { status, stderr } = run(...words);
      expect(status, words.join(' ')).to.equal(2);
      expect(stderr, words.join(' ')).to.match(/error: /);
    }
  });

  it('ends with 2 and the name of the variable when a setting is wrong', () => {
    const before = environment;
    environment = { ...before, PORT: 'eighty' };
    const { status, stderr } = run('migrate');
    environment = before;
    expect(status).to.equal(2);
    expect(stderr).to.include('PORT');
  });

  it('ends with 1 and one JSON answer when the work failed', () => {
    const { status, stdout } = run(
      'job',
      'next',
      '--account',
      '01900000-0000-7000-8000-000000000000',
      '--name',
      'x',
      '--json',
    );
    expect(status).to.equal(1);
    expect(JSON.parse(stdout).error).to.include({ code: 'not_found' });
  });

  it('keeps its answer apart from its progress', () => {
    const { status, stdout } = run('apply', '--account', account, '-f', join(dataDir, 'cli.yaml'), '--json');
    expect(status).to.equal(0);
    expect(JSON.parse(stdout).created).to.deep.equal(['connector unreachable', 'job nightly']);
  });

  it('tells how a check failed, and ends with 1', () => {
    const { status, stdout } = run('connector', 'check', '--account', account, '--name', 'unreachable', '--json');
    const { ok, message } = JSON.parse(stdout);
    expect({ status, ok }).to.deep.equal({ status: 1, ok: false });
    expect(message).to.match(/refused|nothing listens|not listening/i);
  });

  it('does the work itself when no program runs, and ends with 1 for every end but success', () => {
    const { status, stdout } = run('job', 'run', '--account', account, '--name', 'nightly', '--wait', '--json');
    const ended = JSON.parse(stdout);
    expect({ status, end: ended.status }).to.deep.equal({ status: 1, end: 'handler_failed' });
    expect(ended.error.code).to.equal('host_refused');
    const shown = json('execution', 'show', '--account', account, '--id', ended.execution_id);
    expect(shown).to.deep.include({ status: 'handler_failed', connectors: ['unreachable'] });
  });

  it('lists due times in UTC for a zone of its own', () => {
    const { due } = json(
      'job',
      'next',
      '--account',
      account,
      '--name',
      'nightly',
      '--from',
      '2026-12-01',
      '--count',
      '2',
    );
    expect(due).to.deep.equal(['2026-11-30T21:00:00.000Z', '2026-12-01T21:00:00.000Z']);
  });
});

function throughSocket(socketPath: string, user: string, password: string, database: string): NodeJS.ProcessEnv {
  return { DATABASE_URL: `mysql://${user}:${password}@localhost/${database}?socket=${encodeURIComponent(socketPath)}` };
}

function yaml(port: number): string {
  return `
connectors:
  - name: unreachable
    direction: import
    type: sftp
    config: { host: 127.0.0.1, port: ${port}, username: u, credential: { type: password, password: p }, directory: /x, file_format: csv }
jobs:
  - { name: nightly, type: data_import, connectors: [unreachable], schedule: { frequency: daily, at: "02:30", timezone: Asia/Kolkata } }
`;
}
