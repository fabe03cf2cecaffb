import type { ConnectorType } from '../../../server/connectors/connector.ts';
import { callsCheckContract } from './calls-contract-check.ts';
import { callsImportContract } from './calls-contract-import.ts';
import { callsReadContract } from './calls-contract-read.ts';
import type { CallsFixture, CallsSystem } from './calls-fixture.ts';

/** What every type whose items are slices of a call API promises, tried on a local system of its kind. */
export function callsContract(type: ConnectorType, fixture: CallsFixture): void {
  for (const { name, start, readsAsBefore } of fixture.variants)
    describe(`${type.id} by ${name}`, () => {
      let system: CallsSystem;
      before(async () => {
        system = await start();
      });
      afterEach(() => {
        system.thaw();
        system.removeCalls();
      });
      after(() => system.stop());
      const setup: CallsSetup = { type, fixture, system: () => system, tryMany: !readsAsBefore };
      callsCheckContract(setup);
      callsReadContract(setup);
      callsImportContract(setup);
    });
}

/** One type and the system that it is tried on. */
export interface CallsSetup {
  type: ConnectorType;
  fixture: CallsFixture;
  system: () => CallsSystem;
  /** Whether it is also tried with very many calls. */
  tryMany: boolean;
}
