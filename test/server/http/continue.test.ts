import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type ApiServer, apiServer } from '../../harness/api.ts';
import { scratchFolder } from '../../harness/folders.ts';
import { wav } from '../api/multipart/form-server.ts';

const run = promisify(execFile);

describe('a client that asks before it sends its body', () => {
  let api: ApiServer;
  let recording: string;
  before(async () => {
    api = await apiServer();
    recording = join(scratchFolder('curl'), 'call.wav');
    writeFileSync(recording, wav(20_000_000));
  });
  after(() => api.close());

  /** Waits up to a minute to be told to go on. */
  async function curl(address: string, ...args: string[]) {
    const told = ['-w', '\n%{http_code} %{size_upload} %{time_total}', '--expect100-timeout', '60'];
    const { stdout } = await run('curl', ['-sS', '-H', 'Expect: 100-continue', ...told, ...args, address]);
    const [status, bytesSent, seconds] = (stdout.split('\n').at(-1) ?? '').split(' ').map(Number);
    return { status, bytesSent, seconds };
  }
  const upload = (id: string, key: string) =>
    curl(
      api.addressOf('/ingress/interactions/audio'),
      ...['-H', `X-API-Key: ${key}`, '-F', `external_interaction_id=${id}`, '-F', `file=@${recording}`],
    );

  it('sends nothing of it with a call that is refused before it is read', async () => {
    const refused = await upload('asked-1', 'cqa_wrong');
    expect(refused).to.include({ status: 401, bytesSent: 0 });
    const big = `@${recording}`;
    const headers = ['-H', `X-API-Key: ${api.key}`, '-H', 'Content-Type: application/json'];
    const tooLarge = await curl(api.addressOf('/ingress/interactions'), ...headers, '--data-binary', big);
    expect(tooLarge).to.include({ status: 400, bytesSent: 0 });
  });

  it('is told to go on by whoever reads it, and waits for nobody', async () => {
    const taken = await upload('asked-2', api.key);
    expect(taken.status).to.equal(201);
    expect(taken.bytesSent).to.be.greaterThan(20_000_000);
    const item = '{"external_interaction_id":"asked-3","channel_type":"CHAT","transcript_text":"Agent: hello"}';
    const single = await curl(api.addressOf('/ingress/interactions'), '-H', `X-API-Key: ${api.key}`, '-d', item);
    expect(single.status).to.equal(201);
    const token = await curl(
      `${api.url}/oauth/token`,
      '-d',
      'grant_type=client_credentials',
      '-u',
      `${api.keyUid}:${api.key}`,
    );
    expect(token.status).to.equal(200);
    for (const { seconds } of [taken, single, token]) expect(seconds).to.be.lessThan(20);
  });
});
