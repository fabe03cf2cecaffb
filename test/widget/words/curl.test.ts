import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { curlOf } = await widgetModule<typeof import('../../../widget/words/curl.ts')>('words/curl.ts');

describe('the line to try the API with', () => {
  it('is what a shell takes as one command, with the key from its environment', () => {
    const line = curlOf("https://cqa.example/cqa/api/v1/accounts/it's");
    const shell = `curl() { printf '%s\\0' "$@"; }; ${line}`;
    const { stdout } = spawnSync('sh', ['-c', shell], { env: { CQA_KEY: 'cqa_a_b' }, encoding: 'utf8' });
    const words = stdout.split('\0').slice(0, -1);
    expect(words).to.include.members([
      "https://cqa.example/cqa/api/v1/accounts/it's/ingress/interactions",
      'X-API-Key: cqa_a_b',
      'Content-Type: application/json',
    ]);
    expect(JSON.parse(words.at(-1) ?? '')).to.include({ channel_type: 'CHAT' });
  });
});
