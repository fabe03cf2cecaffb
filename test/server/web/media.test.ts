import { expect } from 'chai';
import { parseUuid } from '../../../db/uuid.ts';
import { reportLink } from '../../../server/security/tickets.ts';
import { testAccount } from '../../harness/services.ts';
import { audio, type Belongings, makeBelongings, report } from '../console/belongings.ts';
import { type Door, openDoor, signedInAs } from './door.ts';

describe('recordings and reports', () => {
  let door: Door;
  let account: { id: number; uid: string };
  let own: Belongings;
  let token: string;

  before(async () => {
    door = await openDoor();
    account = await testAccount(door.services);
    own = await makeBelongings(door.services, account.id);
    token = (await signedInAs(door.services, account.id, 'admin')).token;
  });
  after(() => door.close());

  async function addressOf(path: string, input: unknown, as = token): Promise<string> {
    const answer = await door.query(path, input, { token: as });
    expect(answer.status, answer.text).to.equal(200);
    return `${door.url}${(answer.data as { url: string }).url}`;
  }
  const recording = () => addressOf('analyses.media', { id: own.interaction, position: 0 });
  const download = () => addressOf('executions.download', { id: own.exportExecution, part: 1 });
  const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
  const range = async (text: string, method = 'GET') => fetch(await recording(), { method, headers: { range: text } });

  it('are played without a header of ours, as what they are, and kept nowhere', async () => {
    const response = await fetch(await recording());
    expect(response.status).to.equal(200);
    expect(await bytesOf(response)).to.deep.equal(audio);
    expect(Object.fromEntries(response.headers)).to.include({
      'content-type': 'audio/wav',
      'content-length': String(audio.length),
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
      'referrer-policy': 'no-referrer',
      'cache-control': 'private, no-store',
    });
    expect(response.headers.get('content-disposition')).to.match(/^inline; filename="[0-9a-f-]{36}-0\.wav"$/);
  });

  for (const [asked, from, to] of [
    ['bytes=0-9', 0, 9],
    ['bytes=100-', 100, audio.length - 1],
    ['bytes=-50', audio.length - 50, audio.length - 1],
    ['bytes=4000-999999', 4000, audio.length - 1],
  ] as const)
    it(`answer ${asked} with that part`, async () => {
      const response = await range(asked);
      expect(response.status).to.equal(206);
      expect(response.headers.get('content-range')).to.equal(`bytes ${from}-${to}/${audio.length}`);
      expect(await bytesOf(response)).to.deep.equal(audio.subarray(from, to + 1));
    });

  it('say how long they are to a range that they do not have', async () => {
    const response = await range('bytes=999999-');
    expect(response.status).to.equal(416);
    expect(response.headers.get('content-range')).to.equal(`bytes */${audio.length}`);
  });

  it('come whole when the range is unreadable or several are asked for', async () => {
    for (const asked of ['bytes=x', 'lines=1-2', 'bytes=0-1,5-6']) {
      const response = await range(asked);
      expect(response.status, asked).to.equal(200);
      expect(await bytesOf(response)).to.deep.equal(audio);
    }
  });

  it('tell their size without being sent', async () => {
    const response = await range('bytes=0-9', 'HEAD');
    expect(response.status).to.equal(206);
    expect(response.headers.get('content-length')).to.equal('10');
    expect((await bytesOf(response)).length).to.equal(0);
  });

  it('leave the server well when a player drops the answer half-way', async () => {
    const address = await recording();
    for (let round = 0; round < 5; round++) {
      const abort = new AbortController();
      const response = await fetch(address, { signal: abort.signal });
      abort.abort();
      await response.arrayBuffer().catch(() => undefined);
    }
    expect((await fetch(address)).status).to.equal(200);
  });

  it('are saved under their name', async () => {
    const response = await fetch(await download());
    expect(await bytesOf(response)).to.deep.equal(report);
    expect(response.headers.get('content-disposition')).to.match(/^attachment; filename="?scores\.csv"?$/);
    expect(response.headers.get('content-type')).to.match(/^text\/csv/);
    expect(response.headers.get('content-security-policy')).to.equal('sandbox');
  });

  it('end with the session that asked for them', async () => {
    const { token: leaving } = await signedInAs(door.services, account.id, 'admin');
    const address = await addressOf('analyses.media', { id: own.interaction, position: 0 }, leaving);
    expect((await fetch(address)).status).to.equal(200);
    await door.mutate('session.signOut', undefined, { token: leaving });
    const response = await fetch(address);
    expect(response.status).to.equal(401);
    expect(await response.text()).not.to.contain('RIFF');
  });

  it('end for whoever is an admin no more', async () => {
    const { id, token: demoted } = await signedInAs(door.services, account.id, 'admin');
    const address = await addressOf('rejectedRows.download', { execution: own.execution }, demoted);
    expect((await fetch(address)).status).to.equal(200);
    await door.services.database.pool.query("UPDATE user SET role = 'agent' WHERE id = ?", [id]);
    expect((await fetch(address)).status).to.equal(403);
  });

  it('are not there at an address that somebody made up', async () => {
    const address = await recording();
    for (const forged of [`${address}x`, address.replace('~0~', '~1~'), `${door.url}/m/x`, `${door.url}/d/x`])
      expect((await fetch(forged)).status, forged).to.equal(404);
  });

  it('are not there while they are not fetched', async () => {
    const other = await makeBelongings(door.services, account.id);
    const address = await addressOf('analyses.media', { id: other.interaction, position: 0 });
    await door.services.database.pool.query("UPDATE recording SET state = 'waiting' WHERE interaction_id = ?", [
      parseUuid(other.interaction),
    ]);
    expect((await fetch(address)).status).to.equal(404);
  });

  it('of a report are there for seven days from when it was made, and after that the history says that they are gone', async () => {
    const other = await makeBelongings(door.services, account.id);
    const input = { id: other.exportExecution, part: 1 };
    const age = (days: number) =>
      door.services.database.pool.query('UPDATE report_part SET created_at = NOW(3) - INTERVAL ? SECOND WHERE id = ?', [
        days * 86_400,
        other.partId,
      ]);
    await age(6.9);
    const { data } = await door.query('executions.download', input, { token });
    const { url, until } = data as { url: string; until: string };
    expect(Math.abs(Date.parse(until) - Date.now() - 0.1 * 86_400_000)).to.be.below(600_000);
    expect(await bytesOf(await fetch(door.url + url))).to.deep.equal(report);
    const shown = await door.query('executions.get', { id: other.exportExecution }, { token });
    expect((shown.data as { parts: { downloadable_until: string }[] }).parts[0]?.downloadable_until).to.equal(until);

    await age(7.1);
    const gone = await door.query('executions.download', input, { token });
    expect(gone.status).to.equal(404);
    expect(gone.error?.message).to.match(/^scores\.csv could be downloaded for seven days, until .*Run its job again/);
  });

  it('are there without a sign-in by the link of a mail, for seven days', async () => {
    const { keyring } = door.services;
    const object = { accountId: account.id, partId: own.partId };
    const fresh = await fetch(`${door.url}${reportLink(keyring, object)}`);
    expect(await bytesOf(fresh)).to.deep.equal(report);
    const old = await fetch(`${door.url}${reportLink(keyring, object, Date.now() - 8 * 86_400_000)}`, {
      headers: { accept: 'text/html' },
    });
    expect(old.status).to.equal(404);
    expect(await old.text()).to.contain('seven days');
    const foreign = await testAccount(door.services);
    const wrong = reportLink(keyring, { accountId: foreign.id, partId: own.partId });
    expect((await fetch(`${door.url}${wrong}`)).status).to.equal(404);
  });
});
