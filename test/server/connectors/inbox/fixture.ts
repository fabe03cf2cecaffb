import type { ConnectorFixture } from '../fixture.ts';

/**
 * An inbox is no outside system: it lies in the database and the storage of the very services that read it, while the
 * suite reads each system from services of its own. What the suite asks of other types is tried with the real server
 * and OpenSSH's client in test/server/inbox.
 */
export const fixture: ConnectorFixture = { variants: [] };
