import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CommandEnd, typed, typedAsProcess } from '../harness/cqa.ts';
import { databaseUrlOf, freshDatabase } from '../harness/database.ts';
import { scratchFolder } from '../harness/folders.ts';
import { freePort } from '../harness/ports.ts';
import { testSecretKey } from '../harness/services.ts';

/** The command line as a script uses it, with no program running: each command is all there is. */
describe('cqa', () => {
  const dataDir = scratchFolder('cli');
  let environment: NodeJS.ProcessEnv;
  let account: string;

  const run = (...words: string[]): Promise<CommandEnd> => typed(environment, ...words);
  /** Where it matters that it is a process: its exit code, its streams, and that it ends. */
  const runProcess = (...words: string[]): Promise<CommandEnd> => typedAsProcess(environment, ...words);
  const json = async (...words: string[]) => JSON.parse((await run(...words, '--json')).stdout);

  before(async () => {
    environment = {
      ...process.env,
      DATABASE_URL: databaseUrlOf(await freshDatabase()),
      CQA_DATA_DIR: dataDir,
      CQA_SECRET_KEY: testSecretKey,
      CQA_EGRESS_ALLOW: '127.0.0.0/8',
    };
    account = (
      await json(
        'account',
        'create',
        '--name',
        'Cli',
        '--admin-email',
        'a@cli.example',
        '--admin-password',
        'long enough!',
      )
    ).account_id;
    const port22 = await freePort();
    writeFileSync(join(dataDir, 'cli.yaml'), yaml(port22));
  });

  it('ends with 2 and says why when it is used wrongly', async () => {
    for (const words of [
      ['no-such-command'],
      ['account', 'create'],
      ['user', 'create', '--role', 'king'],
      ['doctor', '--colour'],
      ['job', 'run', '--account', account, '--name', 'nightly', '--from', '2026-02-30'],
      ['job', 'run', '--account', account, '--name', 'nightly', '--from', '2026-02-02', '--to', '2026-02-01'],
      ['job', 'run', '--account', account, '--name', 'nightly', '--to', '2026-02-01'],
      ['job', 'next', '--account', account, '--name', 'nightly', '--from', 'yesterday'],
      ['job', 'next', '--account', account, '--name', 'nightly', '--count', '10001'],
    ]) {
      const { status, stderr } = await run(...words);
      expect(status, words.join(' ')).to.equal(2);
      expect(stderr, words.join(' ')).to.match(/error: /);
    }
  });

  it('ends with 2 where what it was given is wrong, and says so in JSON as well', async () => {
    const wrongs: [string[], RegExp][] = [
      [['analysis', 'wait', '--account', account, '--timeout', 'abc'], /"abc" is not a number of seconds/],
      [['execution', 'list', '--account', account, '--from', '2026-13-01'], /from: must be a date/],
      [['execution', 'show', '--account', account, '--id', 'zzz'], /"zzz" is not an execution's id/],
      [['user', 'create', '--account', account, '--role', 'admin', '--email', 'nobody'], /email: must be an e-mail/],
      [['inbox', 'create', '--account', account, '--name', 'in'], /password|key/],
      [['apply', '--account', account, '-f', '/missing.yaml'], /\/missing\.yaml cannot be read/],
      [['user', 'create', '--role', 'king'], /^(required option|option '--role)/],
      [['no-such-command'], /unknown command/],
    ];
    for (const [words, reason] of wrongs) {
      const { status, stdout, stderr } = await run(...words, '--json');
      expect(status, words.join(' ')).to.equal(2);
      const { error } = JSON.parse(stdout);
      expect(error.code, words.join(' ')).to.equal('invalid');
      expect(error.message, words.join(' ')).to.match(reason);
      expect(stderr).to.contain(error.message);
    }
  });

  it('ends with 2 and the name of the variable when a setting is wrong', async () => {
    const before = environment;
    environment = { ...before, PORT: 'eighty' };
    const { status, stderr } = await runProcess('migrate');
    environment = before;
    expect(status).to.equal(2);
    expect(stderr).to.include('PORT');
  });

  it('ends with 1 and one JSON answer when the work failed', async () => {
    const { status, stdout } = await runProcess(
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

  it('keeps its answer apart from its progress', async () => {
    const { status, stdout } = await runProcess(
      'apply',
      '--account',
      account,
      '-f',
      join(dataDir, 'cli.yaml'),
      '--json',
    );
    expect(status).to.equal(0);
    expect(JSON.parse(stdout).created).to.deep.equal([
      'connector unreachable',
      'connector forbidden',
      'connector off',
      'job idle',
      'job nightly',
    ]);
  });

  it('tells how a check failed, and ends with 1', async () => {
    const { status, stdout } = await runProcess(
      'connector',
      'check',
      '--account',
      account,
      '--name',
      'unreachable',
      '--json',
    );
    const { ok, message } = JSON.parse(stdout);
    expect({ status, ok }).to.deep.equal({ status: 1, ok: false });
    expect(message).to.match(/refused|nothing listens|not listening/i);
    const { last_check } = await json('connector', 'show', '--account', account, '--name', 'unreachable');
    expect(last_check).to.deep.include({ ok: false, checked_from: `cqa connector check on ${hostname()}` });
  });

  it('says of a stream that it makes whether anybody reads it, and where to look', async () => {
    const file = join(dataDir, 'stream.yaml');
    writeFileSync(
      file,
      `
connectors:
  - { name: events, direction: import, type: ecc6x, config: { brokers: ["127.0.0.1:9"], topic: interactions } }
`,
    );
    const { status, stdout } = await run('apply', '--account', account, '-f', file);
    expect(status).to.equal(0);
    expect(stdout).to.match(
      /stream events: not running: .*CQA_ROLES.* See: cqa stream show --account .* --name "events"/,
    );
    expect((await run('apply', '--account', account, '-f', file)).stdout).not.to.contain('stream events');
    const { stdout: shown } = await run('stream', 'show', '--account', account, '--name', 'events');
    expect(shown)
      .to.match(/^not running/)
      .and.to.match(/^lag +not known/m)
      .and.to.match(/^results waiting 0$/m);
  });

  it('does the work itself when no program runs, and ends with 1 for every end but success', async () => {
    const { status, stdout, stderr } = await runProcess(
      'job',
      'run',
      '--account',
      account,
      '--name',
      'nightly',
      '--wait',
      '--json',
    );
    const ended = JSON.parse(stdout);
    expect({ status, end: ended.status }).to.deep.equal({ status: 1, end: 'handler_failed' });
    expect(ended.error.code).to.equal('egress_blocked');
    expect(stderr).to.contain(`${ended.execution_id} handler_failed`);
    const shown = await json('execution', 'show', '--account', account, '--id', ended.execution_id);
    expect(shown).to.deep.include({ status: 'handler_failed', connectors: ['forbidden'] });
  });

  it('ends with 1 where the job cannot be run as it is', async () => {
    const { status, stdout } = await run('job', 'run', '--account', account, '--name', 'idle', '--wait', '--json');
    expect(status).to.equal(1);
    expect(JSON.parse(stdout).error).to.deep.equal({
      code: 'conflict',
      message: 'The connector "off" is disabled. Enable it first, or choose another one for the job.',
    });
  });

  it('lists due times in UTC for a zone of its own', async () => {
    const { due } = await json(
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

function yaml(port: number): string {
  return `
connectors:
  - name: unreachable
    direction: import
    type: sftp
    config: { host: 127.0.0.1, port: ${port}, username: u, credential: { type: password, password: p }, directory: /x, file_format: csv }
  - name: forbidden
    direction: import
    type: sftp
    config: { host: 10.0.0.1, username: u, credential: { type: password, password: p }, directory: /x, file_format: csv }
  - name: "off"
    direction: import
    is_enabled: false
    type: sftp
    config: { host: 10.0.0.1, username: u, credential: { type: password, password: p }, directory: /x, file_format: csv }
jobs:
  - { name: idle, type: data_import, connectors: ["off"], schedule: { frequency: daily, at: "02:30" } }
  - { name: nightly, type: data_import, connectors: [forbidden], schedule: { frequency: daily, at: "02:30", timezone: Asia/Kolkata } }
`;
}
