import type { ConnectorContext, ConnectorType } from '../../../../server/connectors/connector.ts';
import { checkGenesys } from '../../../../server/connectors/genesys/check.ts';
import type { GenesysConfig } from '../../../../server/connectors/genesys/config.ts';
import { genesys } from '../../../../server/connectors/genesys/genesys.ts';
import { openSource } from '../../../../server/connectors/genesys/source.ts';
import { bulkOfYesterday, type CallsFixture, type CallsSystem } from '../calls-fixture.ts';
import { type GenesysCall, zoneMs } from './conversations.ts';
import { clientId, clientSecret, GenesysServer } from './genesys-server.ts';

type Json = Record<string, unknown>;

export interface GenesysSystem extends CallsSystem {
  server: GenesysServer;
  addCalls(calls: number | GenesysCall[]): void;
}

/** A local system that answers as Genesys Cloud does. */
export async function startGenesys(): Promise<GenesysSystem> {
  const server = new GenesysServer();
  await server.start();
  const config = (more: Json = {}): Json => ({
    ...{ login_url: server.loginUrl, api_url: server.apiUrl },
    ...{ client_id: clientId, client_secret: clientSecret, timezone: 'Asia/Kolkata', lookback_days: 2 },
    ...more,
  });
  return {
    server,
    config,
    wrongCredential: () => config({ client_secret: 'another' }),
    refused: () => config({ login_url: 'http://127.0.0.1:1' }),
    unknownHost: () => config({ login_url: 'https://login.genesys.invalid' }),
    addCalls(calls) {
      if (typeof calls === 'number') server.bulk = bulkOfYesterday(calls, zoneMs);
      else for (const call of calls) server.calls.set(call.id, call);
    },
    removeCalls() {
      server.calls.clear();
      server.bulk = bulkOfYesterday(0, zoneMs);
    },
    endCall: (id) => delete server.calls.get(id)?.isLive,
    recordingArrives: (id) => delete server.calls.get(id)?.recording,
    audio: () => server.audio,
    dropMiddle: () => server.dropMiddle(),
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    refuseNext: (count, retryAfterSeconds) => server.refuseNext(count, retryAfterSeconds),
    requests: () => server.requests,
    stop: () => server.stop(),
  };
}

export const callsFixture: CallsFixture = {
  kind: 'calls',
  variants: [{ name: 'client credentials', start: () => startGenesys() }],
  withTimeout: (timeoutMs) =>
    ({
      ...genesys,
      check: (config: GenesysConfig, direction: 'import' | 'export', context: ConnectorContext) =>
        checkGenesys(config, direction, context, { timeoutMs }),
      source: (config: GenesysConfig, context: ConnectorContext) => openSource(config, context, { timeoutMs }),
    }) as unknown as ConnectorType,
};
