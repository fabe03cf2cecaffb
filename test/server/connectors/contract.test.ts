import { connectorTypes } from '../../../server/connectors/registry.ts';
import { callsContract } from './calls-contract.ts';
import type { CallsFixture } from './calls-fixture.ts';
import { connectorContract } from './contract.ts';
import type { ConnectorFixture } from './fixture.ts';

interface Fixtures {
  /** Where a type's items are files. */
  fixture?: ConnectorFixture;
  /** Where they are slices of a call API. */
  callsFixture?: CallsFixture;
}

const fixtures = await Promise.all(
  connectorTypes.map(async (type) => ({ type, ...((await import(`./${type.id}/fixture.js`)) as Fixtures) })),
);

describe('every connector type', () => {
  for (const { type, fixture, callsFixture } of fixtures) {
    // Nothing is registered untried.
    if (!fixture && !callsFixture) throw new Error(`./${type.id}/fixture.ts exports neither fixture nor callsFixture`);
    if (fixture) connectorContract(type, fixture);
    if (callsFixture) callsContract(type, callsFixture);
  }
});
