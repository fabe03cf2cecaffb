import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** A clone of one source file, with the repository's compiler and no other package. */
function smallClone(): string {
  const clone = mkdtempSync(join(tmpdir(), 'cqa-clone-'));
  for (const path of [
    'package.json',
    'tsconfig.json',
    'server/prepare.mjs',
    'server/cqa.mjs',
    'server/machine/prepare',
  ]) {
    cpSync(join(root, path), join(clone, path), { recursive: true });
  }
  const lock = JSON.stringify({ packages: { '': {} } });
  writeFileSync(join(clone, 'package-lock.json'), lock);
  mkdirSync(join(clone, 'node_modules'));
  writeFileSync(join(clone, 'node_modules/.package-lock.json'), lock);
  for (const name of ['typescript', '@typescript', '@types', 'undici-types']) {
    if (existsSync(join(root, 'node_modules', name)))
      symlinkSync(join(root, 'node_modules', name), join(clone, 'node_modules', name));
  }
  return clone;
}

interface Run {
  code: number;
  out: string;
  err: string;
}

async function run(clone: string, args: string[], env: Record<string, string> = {}): Promise<Run> {
  const child = spawn(
    process.execPath,
    args.map((arg, index) => (index === 0 ? join(clone, arg) : arg)),
    { cwd: tmpdir(), env: { ...process.env, ...env } },
  );
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    err += String(chunk);
  });
  const [code] = await once(child, 'close');
  return { code: Number(code), out, err };
}

describe('preparing a clone whose node_modules is a symbolic link', () => {
  it('refuses to install what is missing, in words, and leaves the folder behind the link as it is', async () => {
    const clone = smallClone();
    const shared = mkdtempSync(join(tmpdir(), 'cqa-packages-'));
    const called = join(clone, 'npm-was-called');
    const npm = join(clone, 'npm.js');
    try {
      writeFileSync(npm, `require('node:fs').writeFileSync(${JSON.stringify(called)}, '');\n`);
      writeFileSync(join(shared, 'somebody-needs-this'), '');
      rmSync(join(clone, 'node_modules'), { recursive: true });
      symlinkSync(shared, join(clone, 'node_modules'));
      const { code, err } = await run(clone, ['server/prepare.mjs', 'server/cli'], { npm_execpath: npm });
      expect(code).to.equal(1);
      expect(err).to.contain(`${join(clone, 'node_modules')} is a symbolic link to ${shared}`);
      expect(err).to.contain('Remove the link').and.contain('start again');
      expect(existsSync(called), 'npm was called').to.equal(false);
      expect(readdirSync(shared)).to.deep.equal(['somebody-needs-this']);
    } finally {
      for (const folder of [clone, shared]) rmSync(folder, { recursive: true });
    }
  });
});

describe('preparing a clone', () => {
  const clone = smallClone();
  const cli = join(clone, 'server/cli.ts');
  const says = (text: string) => writeFileSync(cli, `console.log('${text}', JSON.stringify(process.argv.slice(2)));\n`);
  const cqa = (...args: string[]) => run(clone, ['server/cqa.mjs', ...args]);

  before(() => says('first'));
  after(() => rmSync(clone, { recursive: true }));

  it('compiles once for several that start at the same time, and keeps their output clean', async () => {
    const runs = await Promise.all(['a', 'b', 'c'].map((name) => cqa(name, '--json')));
    expect(runs.map(({ out }) => out)).to.deep.equal(['a', 'b', 'c'].map((name) => `first ["${name}","--json"]\n`));
    expect(runs.filter(({ err }) => err.includes('Compiling'))).to.have.lengthOf(1);
  });

  it('is silent when all is in place, also for sources that were only touched', async () => {
    utimesSync(cli, new Date(), new Date());
    expect(await cqa()).to.deep.equal({ code: 0, out: 'first []\n', err: '' });
  });

  it('compiles what changed, and forgets what was deleted', async () => {
    says('second');
    writeFileSync(join(clone, 'server/short-lived.ts'), 'export const n = 1;\n');
    expect((await cqa()).out).to.equal('second []\n');
    expect(existsSync(join(clone, 'dist/server/short-lived.js'))).to.equal(true);
    rmSync(join(clone, 'server/short-lived.ts'));
    await cqa();
    expect(existsSync(join(clone, 'dist/server/short-lived.js'))).to.equal(false);
  });

  it("shows the compiler's words and ends with 1 when the sources are wrong, and leaves what was built", async () => {
    writeFileSync(cli, 'export const n: number = "text";\n');
    const failed = await cqa();
    expect(failed.code).to.equal(1);
    expect(failed.err).to.contain('cli.ts').and.contain('TS2322');
    expect(failed.out).to.equal('');
    expect(existsSync(join(clone, 'dist/server/cli.js'))).to.equal(true);
    says('third');
    expect((await cqa()).out).to.equal('third []\n');
  });

  it('goes on after a process that died while it prepared', async () => {
    mkdirSync(join(clone, '.cqa-preparing'));
    writeFileSync(join(clone, '.cqa-preparing/pid'), '99999999');
    says('fourth');
    expect((await cqa()).out).to.equal('fourth []\n');
    expect(existsSync(join(clone, '.cqa-preparing'))).to.equal(false);
  });

  it('needs no compiler when nothing is newer than dist', async () => {
    rmSync(join(clone, 'node_modules/typescript'));
    const { code, out } = await run(clone, ['server/prepare.mjs', 'server/cli', 'x']);
    expect({ code, out }).to.deep.equal({ code: 0, out: 'fourth ["x"]\n' });
  });

  it('says how it is used, and which module is not there', async () => {
    expect((await run(clone, ['server/prepare.mjs'])).code).to.equal(2);
    const missing = await run(clone, ['server/prepare.mjs', 'server/nothing']);
    expect(missing.code).to.equal(2);
    expect(missing.err).to.contain('server/nothing');
  });
});
