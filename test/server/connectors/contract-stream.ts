import { expect } from 'chai';
import type { ConnectorType, EventStream } from '../../../server/connectors/connector.ts';
import { openEgress } from '../../../server/security/egress.ts';
import type { CheckStep } from '../../../shared/connector.ts';
import { check, collect, needed, openSource } from './contract-kit.ts';
import type { StreamFixture, StreamSystem } from './stream-fixture.ts';

type Json = Record<string, unknown>;

/** What every type that is read as a stream promises, tried on a real system of its kind. */
export function streamContract(type: ConnectorType, fixture: StreamFixture): void {
  for (const { name, missing, start } of fixture.variants)
    describe(`${type.id} by ${name}`, () => {
      let system: StreamSystem;
      before(async function () {
        needed(missing() === undefined ? true : undefined, missing() ?? '', this);
        system = await start();
      });
      after(() => system?.stop());
      checkContract(type, fixture, () => system);
      streamItself(type, () => system);
      notTried();
    });
}

function checkContract(type: ConnectorType, fixture: StreamFixture, system: () => StreamSystem): void {
  const lastStep = async (config: Json, more: Parameters<typeof check>[3] = {}): Promise<CheckStep | undefined> =>
    (await check(type, config, 'import', more)).at(-1);
  const failure = (step: CheckStep | undefined) => ({ name: step?.name, ok: step?.ok, code: step?.details?.code });

  it('a check with a good configuration passes every step, with and without events, and adds none', async () => {
    for (const sent of [0, 1]) {
      if (sent > 0) await system().send('checked-1');
      const before = await system().count();
      const steps = await check(type, system().config(), 'import');
      expect(steps.filter(({ ok }) => !ok)).to.deep.equal([]);
      expect(steps.map(({ name }) => name)).to.include.members(['reach', 'sign_in', 'topic_read', 'group']);
      expect(await system().count()).to.equal(before);
    }
    const last = (await check(type, system().config(), 'import')).find(({ name }) => name === 'topic_read');
    expect(last?.message).to.contain('checked-1');
  });

  it('a check with a wrong credential ends at the sign-in and names a field', async function () {
    const wrongCredential = needed(system().wrongCredential, 'this system asks for no sign-in', this);
    const last = await lastStep(wrongCredential());
    expect(failure(last)).to.deep.equal({ name: 'sign_in', ok: false, code: 'sign_in_refused' });
    expect(last?.details?.field).to.be.a('string').and.not.equal('');
  });

  it('a refused port, an unknown host and a blocked address are told apart', async () => {
    const reach = { name: 'reach', ok: false };
    expect(failure(await lastStep(system().refused()))).to.deep.equal({ ...reach, code: 'host_refused' });
    const unknown = failure(await lastStep(system().unknownHost()));
    expect(unknown).to.include(reach);
    expect(unknown.code).to.be.oneOf(['host_unknown', 'host_unreachable']);
    const blocked = await lastStep(system().config(), { egress: openEgress([]) });
    expect(failure(blocked)).to.deep.equal({ ...reach, code: 'egress_blocked' });
  });

  it('a stream that is not there is a failure of its own', async () => {
    expect(failure(await lastStep(system().nowhere()))).to.deep.equal({
      name: 'topic_read',
      ok: false,
      code: 'path_missing',
    });
  });

  it('a system that stands still ends the check by the watchdog', async function () {
    const freeze = needed(system().freeze, 'this system cannot stand still', this);
    freeze();
    try {
      const last = (await check(fixture.withTimeout(500), system().config(), 'import')).at(-1);
      expect(failure(last), last?.message).to.deep.equal({ name: 'reach', ok: false, code: 'host_timeout' });
    } finally {
      system().thaw?.();
    }
  });
}

function streamItself(type: ConnectorType, system: () => StreamSystem): void {
  const streamOf = (): EventStream => {
    if (!type.stream) throw new Error(`${type.id} is no stream`);
    return type.stream(type.config.parse(system().config()));
  };

  it('its job is continuous and has no first run', () => {
    expect(type.systemJob?.schedule.frequency).to.equal('continuous');
    expect(type.systemJob?.startsAtOnce).to.equal(false);
  });

  it('names its cluster, group and topic, and reads what is no JSON as a rejected row', () => {
    const stream = streamOf();
    expect(stream.kafka.brokers).to.not.deep.equal([]);
    expect([stream.groupId, stream.topic]).to.not.include('');
    expect(() => stream.fieldsOf(Buffer.from('{')))
      .to.throw()
      .with.nested.property('problem.code', 'bad_json');
  });

  it('its source, which is for recordings alone, lists nothing', async function () {
    needed(type.source, 'this type has no recordings of its own', this);
    await using source = await openSource(type, system().config());
    expect(await collect(source)).to.deep.equal([]);
  });
}

/** The suites of types whose items are listed. */
function notTried(): void {
  const reasons = {
    'lists its items, those that wait among them':
      'a stream has no items: it is followed, and test/server/stream tries that',
    'reads items whole, or fails': 'a stream has no items: batches of events are tried in test/server/kafka',
    'moves or deletes what was read': 'a topic keeps its events as long as its own settings say',
    'imports the same items twice without a new row':
      'a stream goes on from its position, which test/server/stream tries',
    'delivers reports': 'results go to a topic by themselves, which test/server/feedback tries',
  };
  for (const [suite, why] of Object.entries(reasons))
    it(suite, function () {
      needed(undefined, why, this);
    });
}
