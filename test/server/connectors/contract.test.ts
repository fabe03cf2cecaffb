import { connectorTypes } from '../../../server/connectors/registry.ts';
import { callsContract } from './calls-contract.ts';
import type { CallsFixture } from './calls-fixture.ts';
import { connectorContract } from './contract.ts';
import { mailContract } from './contract-mail.ts';
import { streamContract } from './contract-stream.ts';
import type { ConnectorFixture } from './fixture.ts';
import type { MailFixture } from './mail-fixture.ts';
import type { StreamFixture } from './stream-fixture.ts';

interface Fixtures {
  /** Where a type's items are files. */
  fixture?: ConnectorFixture;
  /** Where they are slices of a call API. */
  callsFixture?: CallsFixture;
  /** Where there are none: it is a stream of events. */
  streamFixture?: StreamFixture;
  /** Where it mails reports. */
  mailFixture?: MailFixture;
}

const fixtures = await Promise.all(
  connectorTypes.map(async (type) => ({ type, ...((await import(`./${type.id}/fixture.js`)) as Fixtures) })),
);

describe('every connector type', () => {
  for (const { type, fixture, callsFixture, streamFixture, mailFixture } of fixtures) {
    // Nothing is registered untried.
    if (!fixture && !callsFixture && !streamFixture && !mailFixture)
      throw new Error(`./${type.id}/fixture.ts exports neither fixture, callsFixture, streamFixture nor mailFixture`);
    if (fixture) connectorContract(type, fixture);
    if (callsFixture) callsContract(type, callsFixture);
    if (streamFixture) streamContract(type, streamFixture);
    if (mailFixture) mailContract(type, mailFixture);
  }
});
