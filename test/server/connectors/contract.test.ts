import { connectorTypes } from '../../../server/connectors/registry.ts';
import { connectorContract } from './contract.ts';
import type { ConnectorFixture } from './fixture.ts';

// A type without a fixture of its own fails here: nothing is registered untried.
const fixtures = await Promise.all(
  connectorTypes.map(async ({ id }) => ((await import(`./${id}/fixture.js`)) as { fixture: ConnectorFixture }).fixture),
);

describe('every connector type', function () {
  this.timeout(20_000);
  for (const [i, type] of connectorTypes.entries()) connectorContract(type, fixtures[i] ?? { variants: [] });
});
