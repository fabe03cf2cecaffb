import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { interactionStatuses } from '../../shared/interaction.ts';
import { eventually } from '../harness/eventually.ts';
import { missingForKafka } from '../harness/kafka.ts';
import type { Product } from '../harness/product.ts';
import { missingForS3Proxy } from '../harness/s3proxy.ts';
import { type RecordingGate, startRecordingGate } from './recording-gate.ts';
import { jobCount, rowsPerJob, startTopology, type Topology } from './topology.ts';

const interactions = '/ingress/interactions';

describe('web ×2, worker ×2, scheduler ×2, stream and inbox as processes of their own', () => {
  let topology: Topology | undefined;
  let gate: RecordingGate;

  before(async function () {
    const missing = missingForKafka() ?? missingForS3Proxy();
    if (missing) {
      console.log(`      skipped: ${missing}`);
      return this.skip();
    }
    [topology, gate] = await Promise.all([startTopology(), startRecordingGate()]);
  });
  after(async () => {
    gate?.open();
    await topology?.stop();
    await gate?.stop();
  });

  const running = (): Topology => {
    if (!topology) throw new Error('the topology does not run');
    return topology;
  };
  const item = (id: string, more: object = {}) => ({
    ...{ external_interaction_id: id, channel_type: 'CHAT', source: 'topology' },
    ...{ interaction_start_time: '2026-11-20T09:15:00Z', ...more },
  });
  const calls = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${name}-${index}`).map((id) =>
      item(id, { channel_type: 'VOICE', audio_url: gate.addressOf(id) }),
    );
  const completed = async (prefix: string) => {
    const [row] = await running().query<{ n: number }>(
      'SELECT COUNT(*) AS n FROM interaction WHERE external_id LIKE ? AND status = ?',
      [`${prefix}%`, interactionStatuses.indexOf('completed')],
    );
    return row?.n ?? 0;
  };
  const allCompleted = (prefix: string, count: number) =>
    eventually(`${count} of ${prefix} are completed`, async () => (await completed(prefix)) === count);
  const nothingLeft = () =>
    eventually('no work is left', async () => (await running().query('SELECT 1 FROM work LIMIT 1')).length === 0);

  async function send(web: Product, list: object[]): Promise<void> {
    const answer = await running().call(web, 'POST', `${interactions}/batch`, { interactions: list });
    expect(answer.status).to.equal(202);
  }

  it('what one web process took, the other one shows at once', async () => {
    const { web, call } = running();
    const posted = await call(web[0], 'POST', interactions, item('first', { transcript_text: 'Agent: Good day.' }));
    expect(posted.status).to.equal(201);
    const { data } = (await posted.json()) as { data: { interaction_id: string } };
    const shown = await call(web[1], 'GET', `${interactions}/${data.interaction_id}`);
    expect(shown.status).to.equal(200);
    expect(await shown.text()).to.contain('"first"');
    await allCompleted('first', 1);
  });

  it('work is done by both workers, and its recordings lie in the storage that both share', async () => {
    const { web, workers, kafka, storageFolder } = running();
    const ids = workers.map(({ pid }) => pid);
    for (let round = 0; round < 2; round++) await send(web[0], calls(`both-${round}`, 100));
    await eventually('both fetch recordings at the same time', () => gate.waiting(ids).length === 2);
    gate.open();
    await allCompleted('both-', 200);
    await nothingLeft();
    expect(readdirSync(storageFolder, { recursive: true }).length).to.be.at.least(200);
    expect((await kafka.readAll('cqa-work', 1)).length).to.be.at.least(1);
  });

  it('what is due is fired once, though two schedulers look for it', async () => {
    const { query } = running();
    await query('UPDATE job SET next_due_at = NOW(3) - INTERVAL 1 SECOND');
    await allCompleted('calls-', jobCount * rowsPerJob);
    await eventually('all ended', async () => {
      const rows = await query<{ status: string }>('SELECT status FROM execution');
      return rows.length === jobCount && rows.every(({ status }) => status === 'success');
    });
    const fired = await query<{ n: number }>('SELECT COUNT(*) AS n FROM execution GROUP BY job_id');
    expect(fired.map(({ n }) => n)).to.deep.equal(Array(jobCount).fill(1));
  });

  it('when a scheduler is killed, the other goes on', async () => {
    const { query, schedulers } = running();
    await schedulers[0].kill();
    await query('UPDATE job SET next_due_at = NOW(3) - INTERVAL 1 SECOND');
    await eventually('all fired again', async () => {
      const rows = await query<{ status: string }>('SELECT status FROM execution');
      return rows.length === 2 * jobCount && rows.every(({ status }) => status === 'success');
    });
    expect(await completed('calls-')).to.equal(jobCount * rowsPerJob);
  });

  it('what a worker was doing when it was killed −9 is done by the other, and by the one that takes its place', async () => {
    const { web, workers, start } = running();
    gate.close();
    await send(web[0], calls('killed', 100));
    await eventually('it fetches recordings', () => gate.waiting([workers[0].pid]).length === 1);
    await workers[0].kill();
    const successor = await start('worker');
    await send(web[1], calls('after', 100));
    const ids = [workers[1].pid, successor.pid];
    await eventually('its place is taken', () => gate.waiting(ids).length === 2);
    gate.open();
    await allCompleted('killed', 100);
    await allCompleted('after', 100);
    await nothingLeft();
  });

  it('a web process that is stopped answers what it has taken; the rest goes to the other one, and each is stored once', async () => {
    const { web, call, query } = running();
    let sent = 0;
    let refused = 0;
    // Until the first refusal and 100 more, so that no machine is through before the stop.
    let end = Number.POSITIVE_INFINITY;
    const transcript_text = 'Agent: Good day.';
    const stored = async (id: string) => (await query('SELECT 1 FROM interaction WHERE external_id = ?', [id])).length;
    async function client(): Promise<void> {
      while (sent < end) {
        const id = `stopped-${sent++}`;
        const post = (to: Product) => call(to, 'POST', interactions, item(id, { transcript_text }));
        let answer = await post(web[0]).catch(() => undefined);
        if (!answer) {
          refused += 1;
          end = Math.min(end, sent + 100);
          expect(await stored(id), `${id} was stored without an answer`).to.equal(0);
          answer = await post(web[1]);
        }
        expect(answer.status, await answer.text()).to.equal(201);
      }
    }
    const clients = Promise.all(Array.from({ length: 8 }, client));
    await eventually('it is busy', () => sent > 100);
    await web[0].stop();
    await clients;
    expect(refused, 'stopped before the end').to.be.above(0);
    await allCompleted('stopped-', sent);
    await nothingLeft();
  });
});
