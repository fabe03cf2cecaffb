import { connectorTypes } from '../connectors/registry.ts';

/** The ids of the connector types that are read continuously. */
export const streamTypes: readonly string[] = connectorTypes.filter(({ stream }) => stream).map(({ id }) => id);
