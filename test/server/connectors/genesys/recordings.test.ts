import { expect } from 'chai';
import { eventually } from '../../../harness/eventually.ts';
import { rejects } from '../contract-kit.ts';
import type { GenesysCall } from './conversations.ts';
import { bytesOf, dayKey, genesysForTests, noonDaysAgo, open } from './kit.ts';

const startedAt = noonDaysAgo(1);

describe('recordings of Genesys', () => {
  const system = genesysForTests();
  const add = (...calls: Omit<GenesysCall, 'startedAt'>[]) =>
    system().addCalls(calls.map((call) => ({ startedAt, ...call })));

  it('those asked for at once come by few batches of 100 at most, and no credentials go to their links', async () => {
    const ids = Array.from({ length: 230 }, (_, index) => `call-${index}`);
    add(...ids.map((id) => ({ id })));
    system().server.batches.pendingLooks = 2;
    await using source = await open(system().config());
    const all = await Promise.all(ids.map((id) => bytesOf(source, id)));
    expect(all.every((bytes) => bytes.equals(system().server.audio))).to.equal(true);
    const sizes = system().server.batches.submitted.map(({ length }) => length);
    expect(sizes).to.deep.equal([100, 100, 30]);
    expect(system().server.leaked).to.deep.equal([]);
  });

  it('one that was asked for twice is asked of Genesys once', async () => {
    add({ id: 'twice' });
    await using source = await open(system().config());
    await Promise.all([bytesOf(source, 'twice'), bytesOf(source, 'twice')]);
    expect(system().server.batches.submitted).to.deep.equal([['twice']]);
  });

  it('of several recordings of a call the longest is taken, whatever their order', async () => {
    const [short, long] = [
      { id: 'r1', seconds: 10 },
      { id: 'r2', seconds: 300 },
    ];
    const screen = { id: 'r3', seconds: 900, contentType: 'video/mp4' };
    add({ id: 'a', recordings: [short, long, screen] }, { id: 'b', recordings: [screen, long, short] });
    await using source = await open(system().config());
    for (const id of ['a', 'b']) expect((await bytesOf(source, id)).subarray(-2).toString()).to.equal('r2');
  });

  it('an archived recording, a refused one and one in the works are told apart', async () => {
    add(
      { id: 'archived', recordingError: 'Recording is in ARCHIVED state' },
      { id: 'sensitive', recordingError: 'User does not have permission to view the recording' },
      { id: 'working', recording: 'late' },
      { id: 'broken', recordingError: 'Internal error 17' },
    );
    await using source = await open(system().config());
    const archived = await rejects(bytesOf(source, 'archived'), 'path_missing');
    expect(archived.message).to.match(/archived.*ARCHIVED state.*Restore it/);
    await rejects(bytesOf(source, 'sensitive'), 'permission_denied');
    await rejects(bytesOf(source, 'working'), 'recording_not_yet');
    const broken = await rejects(bytesOf(source, 'broken'), 'http_unavailable');
    expect(broken.message).to.match(/Internal error 17/);
  });

  it('a call without a recording may get one for a day; after that it has none', async () => {
    add({ id: 'none', recordings: [] });
    await using source = await open(system().config());
    await rejects(bytesOf(source, 'none', dayKey(0)), 'recording_not_yet');
    await rejects(bytesOf(source, 'none', dayKey(9)), 'path_missing');
    add({ id: 'deleted', recordings: [{ id: 'r', seconds: 9, fileState: 'DELETED' }] });
    await rejects(bytesOf(source, 'deleted', dayKey(9)), 'path_missing');
    await rejects(bytesOf(source, 'unknown', dayKey(9)), 'path_missing');
  });

  it('while Genesys has not begun to count, a recording is not said to be missing', async () => {
    add({ id: 'slow' });
    system().server.batches.countsNothing = true;
    await using source = await open(system().config());
    const { message } = await rejects(bytesOf(source, 'slow', dayKey(9)), 'http_unavailable');
    expect(message).to.match(/not finished.*If it lasts, ask Genesys/);
    await rejects(bytesOf(source, 'slow', dayKey(0)), 'recording_not_yet');
    system().server.batches.countsNothing = false;
    expect((await bytesOf(source, 'slow', dayKey(9))).equals(system().server.audio)).to.equal(true);
  });

  it('one of many that has none is told once the others are counted', async () => {
    add({ id: 'one' }, { id: 'none', recordings: [] });
    await using source = await open(system().config());
    const both = [bytesOf(source, 'one'), rejects(bytesOf(source, 'none', dayKey(9)), 'path_missing')];
    await Promise.all(both);
    expect(system().server.batches.submitted).to.deep.equal([['one', 'none']]);
  });

  it('of a batch that does not end, what has come whole is taken, and nothing else is decided', async () => {
    const two = (id: string) => ({
      id,
      recordings: [
        { id: `${id}-short`, seconds: 10 },
        { id: `${id}-long`, seconds: 300 },
      ],
    });
    add(two('whole'), two('partial'), { id: 'unheard' });
    for (const id of ['partial-long', 'recording-of-unheard']) system().server.batches.heldBack.add(id);
    await using source = await open(system().config(), {}, { batchMs: 50 });
    const [whole] = await Promise.all([
      bytesOf(source, 'whole', dayKey(9)),
      rejects(bytesOf(source, 'partial', dayKey(9)), 'http_unavailable'),
      rejects(bytesOf(source, 'unheard', dayKey(9)), 'http_unavailable'),
    ]);
    expect(whole.toString()).to.match(/whole-long$/);
    expect(system().server.batches.submitted).to.have.length(1);
  });

  it('a page in place of a recording is not read, and its connection is closed', async () => {
    add({ id: 'page', recording: 'html' });
    await using source = await open(system().config());
    await rejects(bytesOf(source, 'page'), 'not_audio');
    await eventually('no open connection', async () => (await system().server.openLinks()) === 0);
  });

  it('a link that has died is asked for once more', async () => {
    add({ id: 'late-fetch' });
    system().server.deadLinks = 1;
    await using source = await open(system().config());
    expect((await bytesOf(source, 'late-fetch')).equals(system().server.audio)).to.equal(true);
    system().server.deadLinks = 2;
    const { message } = await rejects(bytesOf(source, 'late-fetch'), 'http_unavailable');
    expect(message).to.match(/refused a link/);
  });

  it('a reference that names no conversation is refused', async () => {
    await using source = await open(system().config());
    for (const path of ['../x', 'a/b', 'a?b']) await rejects(bytesOf(source, path), 'invalid');
  });
});
