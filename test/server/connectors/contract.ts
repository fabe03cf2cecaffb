import { expect } from 'chai';
import type { ConnectorContext, ConnectorType } from '../../../server/connectors/connector.ts';
import { checkContract } from './contract-check.ts';
import { finishContract } from './contract-finish.ts';
import { importContract } from './contract-import.ts';
import { ability, check, openSource, rejects, type Setup } from './contract-kit.ts';
import { listContract } from './contract-list.ts';
import { readContract } from './contract-read.ts';
import { sinkContract } from './contract-sink.ts';
import type { ConnectorFixture, OutsideSystem } from './fixture.ts';

export { check, contextOf, rejects } from './contract-kit.ts';

/** What every connector type whose items are files promises, tried on a real system of its kind. */
export function connectorContract(type: ConnectorType, { variants }: ConnectorFixture): void {
  for (const { name, start, readsAsBefore } of variants)
    describe(`${type.id} by ${name}`, () => {
      let system: OutsideSystem;
      before(async () => {
        system = await start();
      });
      after(() => system.stop());
      const setup: Setup = { type: reaching(type, () => system), system: () => system, tryMany: !readsAsBefore };
      checkContract(setup);
      if (type.source) {
        listContract(setup);
        readContract(setup);
        finishContract(setup);
        importContract(setup);
      }
      if (type.sink) sinkContract(setup);
      // Last: afterwards the configurations from before do not fit any more.
      identityContract(setup);
    });
}

/** The type as it is, given what it takes to reach a system of ours. */
function reaching(type: ConnectorType, system: () => OutsideSystem): ConnectorType {
  const given = (context: ConnectorContext) => ({ ...context, ...system().context?.() });
  const { check, source, sink } = type;
  return {
    ...type,
    check: (config, direction, context) => check.call(type, config, direction, given(context)),
    ...(source ? { source: (config, context) => source.call(type, config, given(context)) } : {}),
    ...(sink ? { sink: (config, context) => sink.call(type, config, given(context)) } : {}),
  };
}

function identityContract({ type, system }: Setup): void {
  it('a system that became another one is refused, with both names', async function () {
    const changeIdentity = ability(system(), 'changeIdentity', 'systems of this type cannot be told apart', this);
    const pinned = system().config();
    const now = await changeIdentity();
    const last = (await check(type, pinned, 'import')).at(-1);
    expect(last).to.include({ ok: false });
    expect(last?.details?.code).to.equal('host_key_changed');
    expect(last?.message).to.contain(now);
    expect(last?.message).to.contain(String(pinned.host_key));
    if (type.source) await rejects(openSource(type, pinned), 'host_key_changed');
  });
}
