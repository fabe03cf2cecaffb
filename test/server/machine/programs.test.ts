import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { installCommand } from '../../../server/machine/install-command.ts';
import { ensurePrograms, findProgram, programs } from '../../../server/machine/programs.ts';

function makeProgram(path: string): void {
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
}

describe('finding a program of the machine', () => {
  const before = { ...process.env };
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cqa-programs-'));
  });
  afterEach(() => {
    for (const name of ['PATH', 'CQA_FFMPEG', 'CQA_CHROMIUM']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    rmSync(folder, { recursive: true });
  });

  it('takes the one that the environment names before any on the PATH', () => {
    makeProgram(join(folder, 'my-ffmpeg'));
    process.env.CQA_FFMPEG = join(folder, 'my-ffmpeg');
    expect(findProgram('ffmpeg')).to.equal(join(folder, 'my-ffmpeg'));
  });

  it('refuses an environment variable that names nothing, and tells its name', () => {
    process.env.CQA_FFMPEG = join(folder, 'nothing');
    expect(() => findProgram('ffmpeg')).to.throw(/CQA_FFMPEG is .*nothing/);
  });

  it('looks where servers are installed although the PATH does not lead there', () => {
    process.env.PATH = folder;
    expect(findProgram('database')).to.match(/sbin\/(mariadbd|mysqld)$/);
  });

  it('passes by a folder and a file that cannot be run', () => {
    process.env.PATH = folder;
    mkdirSync(join(folder, 'chromium'));
    writeFileSync(join(folder, 'chromium-browser'), '');
    makeProgram(join(folder, 'google-chrome'));
    expect(findProgram('chromium')).to.equal(join(folder, 'google-chrome'));
  });

  it('finds what was unpacked in the data folder', () => {
    process.env.PATH = '';
    mkdirSync(join(folder, 'programs/bin'), { recursive: true });
    makeProgram(join(folder, 'programs/bin/chromium'));
    expect(findProgram('chromium')).to.equal(undefined);
    expect(findProgram('chromium', { dataDir: folder })).to.equal(join(folder, 'programs/bin/chromium'));
  });
});

describe('making sure of a program', () => {
  it('is silent and quick for one that is there', async () => {
    const said: string[] = [];
    const paths = await ensurePrograms(['database'], { dataDir: '.', say: (line) => said.push(line) });
    expect(paths.get('database')).to.be.a('string');
    expect(said).to.deep.equal([]);
  });

  it('has one command for everything that is missing', () => {
    const command = installCommand([programs.database, programs['mariadb client']]);
    expect(command.match(/mariadb-client-core|mariadb-client|mariadb/g)).to.not.equal(null);
    expect(command).to.not.contain('\n');
  });
});
