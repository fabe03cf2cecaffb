import { connectorTypes } from '../../../server/connectors/registry.ts';
import { callsContract } from './calls-contract.ts';
import type { CallsFixture } from './calls-fixture.ts';
import { connectorContract } from './contract.ts';
import { streamContract } from './contract-stream.ts';
import type { ConnectorFixture } from './fixture.ts';
import type { StreamFixture } from './stream-fixture.ts';

interface Fixtures {
  /** Where a type's items are files. */
  fixture?: ConnectorFixture;
  /** Where they are slices of a call API. */
  callsFixture?: CallsFixture;
  /** Where there are none: it is a stream of events. */
  streamFixture?: StreamFixture;
}

const fixtures = await Promise.all(
  connectorTypes.map(async (type) => ({ type, ...((await import(`./${type.id}/fixture.js`)) as Fixtures) })),
);

describe('every connector type', () => {
  for (const { type, fixture, callsFixture, streamFixture } of fixtures) {
    // Nothing is registered untried.
    if (!fixture && !callsFixture && !streamFixture)
      throw new Error(`./${type.id}/fixture.ts exports neither fixture nor callsFixture nor streamFixture`);
    if (fixture) connectorContract(type, fixture);
    if (callsFixture) callsContract(type, callsFixture);
    if (streamFixture) streamContract(type, streamFixture);
  }
});
