import { expect } from 'chai';
import { openEgress } from '../../../server/security/egress.ts';
import { ability, check, type Setup } from './contract-kit.ts';

const noNetwork = 'systems of this type are not reached over a network';

/** A check tells what is right and what is wrong, step by step, and leaves nothing behind. */
export function checkContract({ type, system }: Setup): void {
  it('a check with a good configuration passes every step', async () => {
    for (const direction of type.directions) {
      const steps = await check(type, system().config(), direction);
      expect(steps.filter(({ ok }) => !ok)).to.deep.equal([]);
      expect(steps.map(({ name }) => name)).to.include(direction === 'export' ? 'write' : 'list');
    }
  });

  it('a check leaves nothing behind, also where it tries to move and to delete', async () => {
    const before = await system().files();
    for (const direction of type.directions) await check(type, system().config(), direction);
    for (const after_success of type.source ? ['move', 'delete'] : []) {
      const steps = await check(type, system().config({ after_success }), 'import');
      const name = system().lacks?.writeCheck === undefined ? 'write' : 'list';
      expect(steps.at(-1), JSON.stringify(steps.at(-1))).to.include({ name, ok: true });
    }
    expect(await system().files()).to.deep.equal(before);
  });

  it('a check shows the first files', async () => {
    for (const name of ['1.csv', '2.csv', '3.csv', '4.csv']) await system().write(name, Buffer.from('a\n1\n'));
    const steps = await check(type, system().config(), 'import');
    const shown = steps.find(({ name }) => name === 'list')?.details?.files;
    expect(shown).to.deep.equal(['1.csv', '2.csv', '3.csv']);
  });

  it('a check with a wrong credential says so and names the field', async function () {
    const wrongCredential = ability(system(), 'wrongCredential', noNetwork, this);
    const last = (await check(type, wrongCredential(), 'import')).at(-1);
    expect(last).to.include({ ok: false });
    expect(last?.details?.code).to.equal('sign_in_refused');
    expect(last?.details?.field).to.be.a('string').and.not.equal('');
  });

  it('a check of a refused port says so', async function () {
    const refused = ability(system(), 'refused', noNetwork, this);
    const last = (await check(type, refused(), 'import')).at(-1);
    expect(last).to.include({ name: 'reach', ok: false });
    expect(last?.details?.code).to.equal('host_refused');
    expect(last?.message).to.match(/refused the connection/);
  });

  it('a check of an address in a private network is blocked unless it is allowed', async function () {
    ability(system(), 'refused', noNetwork, this);
    const steps = await check(type, system().config(), 'import', { egress: openEgress([]) });
    expect(steps.at(-1)).to.include({ name: 'reach', ok: false });
    expect(steps.at(-1)?.details?.code).to.equal('egress_blocked');
  });
}
