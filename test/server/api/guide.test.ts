import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { transformWithOxc } from 'vite';
import { apply, readConfiguration } from '../../../server/configuration/apply.ts';
import { type ApiServer, apiServer } from '../../harness/api.ts';
import { scratchFolder } from '../../harness/folders.ts';
import { packageRoot } from '../../harness/product.ts';

const run = promisify(execFile);
const guide = readFileSync(join(packageRoot, 'server/api/GUIDE.md'), 'utf8');

/** The guide's blocks of one language, in order. */
function blocks(language: string): string[] {
  return [...guide.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map(([, text = '']) => text);
}

describe("the guide's examples", () => {
  let api: ApiServer;
  let environment: NodeJS.ProcessEnv;
  before(async () => {
    api = await apiServer();
    environment = { CQA_URL: api.url, CQA_ACCOUNT: api.account.uid, CQA_KEY: api.key };
    Object.assign(process.env, environment);
  });
  after(async () => {
    for (const name of Object.keys(environment)) delete process.env[name];
    await api.close();
  });

  async function shell(script: string): Promise<{ status: number; data: Record<string, unknown> }> {
    const cwd = join(packageRoot, 'test/samples');
    const { stdout } = await run('bash', ['-ec', script.replace('call.wav', 'clean.wav')], {
      cwd,
      env: { PATH: process.env.PATH, ...environment },
    });
    return JSON.parse(stdout);
  }

  async function module(index: number) {
    const { code } = await transformWithOxc(blocks('ts')[index] ?? '', 'example.ts');
    const file = join(scratchFolder('guide'), 'example.mjs');
    writeFileSync(file, code);
    return await import(pathToFileURL(file).href);
  }

  it('send a conversation, a recording, and read the result, with curl', async () => {
    const [, one = '', upload = '', batch = '', read = '', search = ''] = blocks('bash');
    expect((await shell(one)).status).to.equal(201);
    expect((await shell(upload)).status).to.equal(201);
    expect(await shell(batch))
      .to.include({ status: 202 })
      .and.not.to.have.property('message');
    expect((await shell(read)).data).to.include({ external_interaction_id: 'guide-1', channel_type: 'VOICE' });
    expect((await shell(search)).data).to.have.property('analyses');
  });

  it('send from TypeScript, and again without doubling', async () => {
    const { send, read } = await module(0);
    const call = { external_interaction_id: 'ts-1', channel_type: 'CHAT', transcript_text: 'Agent: hello' };
    const id = await send(call);
    expect(await send(call)).to.equal(id);
    expect(await send({ ...call, metadata: { queue: 'other' } })).to.equal(id);
    expect((await read('ts-1')).interaction_id).to.equal(id);
  });

  it('set up a quality profile and a rule', async () => {
    const document = readConfiguration(blocks('yaml')[0] ?? '', {});
    const { created } = await apply(api.services, api.account.id, document, { by: 'the guide', dryRun: false });
    expect(created).to.have.length(2);
  });

  it('are TypeScript that a strict compiler takes', async () => {
    const folder = mkdtempSync(join(packageRoot, 'dist/guide-'));
    try {
      const files = blocks('ts').map((text, index) => {
        writeFileSync(join(folder, `${index}.ts`), text);
        return join(folder, `${index}.ts`);
      });
      const options = [
        '--noEmit',
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2023',
        '--types',
        'node',
        '--ignoreConfig',
      ];
      await run(join(packageRoot, 'node_modules/.bin/tsc'), [...options, ...files], { cwd: packageRoot });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("check a webhook's signature", async () => {
    const { isFromCqa } = await module(1);
    const body = Buffer.from('{"event":"INTERACTION_INGESTED"}');
    const signature = `sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`;
    expect(isFromCqa(body, signature, 'secret')).to.equal(true);
    expect(isFromCqa(body, signature, 'another')).to.equal(false);
    expect(isFromCqa(Buffer.from('{}'), signature, 'secret')).to.equal(false);
  });
});
