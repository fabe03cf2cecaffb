import { expect } from 'chai';
import { openEgress } from '../../../server/security/egress.ts';
import type { CheckStep } from '../../../shared/connector.ts';
import type { CallsSetup } from './calls-contract.ts';
import { hoursAgo } from './calls-fixture.ts';
import { check } from './contract-kit.ts';

type Json = Record<string, unknown>;

/** What Test connection says, of a system that works and of every way in which it may not. */
export function callsCheckContract({ type, fixture, system }: CallsSetup): void {
  const lastStep = async (config: Json, more: Parameters<typeof check>[3] = {}): Promise<CheckStep | undefined> =>
    (await check(type, config, 'import', more)).at(-1);

  it('a check with a good configuration passes every step, a recording among them', async () => {
    system().addCalls([{ id: 'checked-1', startedAt: hoursAgo(2) }]);
    const steps = await check(type, system().config(), 'import');
    expect(steps.filter(({ ok }) => !ok)).to.deep.equal([]);
    expect(steps.map(({ name }) => name)).to.include.members(['reach', 'sign_in', 'list', 'recording']);
  });

  it('a check of a system without calls passes', async () => {
    const steps = await check(type, system().config(), 'import');
    expect(steps.filter(({ ok }) => !ok)).to.deep.equal([]);
    expect(steps.map(({ name }) => name)).to.include('list');
  });

  it('a check does not take a web page for a recording', async () => {
    system().addCalls([{ id: 'checked-2', startedAt: hoursAgo(2), recording: 'html' }]);
    const last = await lastStep(system().config());
    expect(last).to.include({ name: 'recording', ok: false });
    expect(last?.details?.code).to.equal('not_audio');
  });

  it('a check with a wrong credential ends at the sign-in and names a field', async () => {
    const last = await lastStep(system().wrongCredential());
    expect(last).to.include({ name: 'sign_in', ok: false });
    expect(last?.details?.code).to.equal('sign_in_refused');
    expect(last?.details?.field).to.be.a('string');
  });

  it('a refused port, an unknown host and a blocked address are told apart', async () => {
    const refused = await lastStep(system().refused());
    expect(refused).to.include({ name: 'reach', ok: false });
    expect(refused?.details?.code).to.equal('host_refused');
    const unknown = await lastStep(system().unknownHost());
    expect(unknown).to.include({ name: 'reach', ok: false });
    expect(unknown?.details?.code).to.be.oneOf(['host_unknown', 'host_unreachable']);
    const blocked = await lastStep(system().config(), { egress: openEgress([]) });
    expect(blocked).to.include({ name: 'reach', ok: false });
    expect(blocked?.details?.code).to.equal('egress_blocked');
  });

  it('a system that stands still ends the check by the watchdog', async () => {
    system().freeze();
    const last = (await check(fixture.withTimeout(200), system().config(), 'import')).at(-1);
    expect(last).to.include({ name: 'reach', ok: false });
    expect(last?.details?.code).to.equal('host_timeout');
  });
}
