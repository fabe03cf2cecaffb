import { eventually } from '../harness/eventually.ts';
import { openPlaces, type Places } from './never-stuck/places.ts';
import { Stage } from './never-stuck/stage.ts';
import { stateChanges } from './never-stuck/state-changes.ts';
import { anExport, anImport, type Subject } from './never-stuck/subjects.ts';

/** What stands still here is given up by those who ask for it after 20 s: more than a lease, and what goes before. */
const leaseSeconds = 7;

describe('two worker processes', () => {
  let places: Places;
  let stage: Stage;

  before(async () => {
    places = await openPlaces();
    stage = await Stage.open(leaseSeconds);
    await stage.workers();
  });
  after(async () => {
    places.hold(false);
    await stage.close();
    await places.close();
  });

  const claims = () => stage.rows('SELECT kind, claim, attempts FROM work ORDER BY kind');
  const held = (count: number) =>
    eventually(`${count} pieces of work are held`, async () => {
      const rows = await claims();
      return rows.length === count && rows.every(({ claim }) => claim > 0);
    });
  /** A process that gets no processor for a lease loses its claims, as it must; so a second stretch may be looked at. */
  const keptFor = (leases: number) =>
    eventually(`the claims stay for ${leases} leases`, async () => {
      const before = JSON.stringify(await claims());
      const until = (await stage.now()).getTime() + leases * leaseSeconds * 1000;
      await eventually('leases have passed', async () => (await stage.now()).getTime() > until);
      return JSON.stringify(await claims()) === before;
    });

  it('keep what takes longer than a lease: a source, a recording and a destination that do not answer', async () => {
    const recording = await anImport({ status: 'success', channel: 'VOICE', rows: 1, isHeld: true })(stage, places);
    await eventually('the recording is asked for', () => places.heldCount() > 0);
    places.stand(true);
    const listing = await anImport({ status: 'success', isSlow: true })(stage, places);
    const delivery = await anExport({ status: 'success', good: 1, isSlow: true })(stage, places);
    await held(3);
    await keptFor(1.5);
    places.stand(false);
    places.hold(false);
    for (const subject of [recording, listing, delivery]) {
      await eventually('the end', () => subject.endedAt());
      await subject.verify();
    }
    await stage.settled();
  });

  it('that are both killed are replaced by one that is started later', async () => {
    const change = stateChanges.find(({ name }) => name === 'an import: an item is done');
    if (!change) throw new Error('there is no such change of state');
    let subject: Subject | undefined;
    await stage.strike(
      change.matches,
      'committed',
      ({ pid }) => process.kill(pid, 'SIGKILL'),
      async () => {
        subject = await change.begin(stage, places);
      },
    );
    await stage.endAll();
    await stage.workers();
    await eventually('the end', () => subject?.endedAt());
    await subject?.verify();
    await stage.settled();
  });
});
