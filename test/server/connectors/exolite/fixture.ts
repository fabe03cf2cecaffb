import type { ConnectorContext, ConnectorType } from '../../../../server/connectors/connector.ts';
import { checkExolite } from '../../../../server/connectors/exolite/check.ts';
import type { ExoliteConfig } from '../../../../server/connectors/exolite/config.ts';
import { exolite } from '../../../../server/connectors/exolite/exolite.ts';
import { openSource } from '../../../../server/connectors/exolite/source.ts';
import { bulkOfYesterday, type CallsFixture, type CallsSystem } from '../calls-fixture.ts';
import { offsetMs } from './exotel-calls.ts';
import { accountSid, apiKey, apiToken, ExotelServer, type ExotelServerOptions } from './exotel-server.ts';

type Json = Record<string, unknown>;

/** A local system that answers as Exotel does. */
export async function startExotel(options: ExotelServerOptions = {}): Promise<CallsSystem & { server: ExotelServer }> {
  const server = new ExotelServer(options);
  await server.start();
  const config = (more: Json = {}): Json => ({
    base_url: server.apiUrl,
    ...{ account_sid: accountSid, api_key: apiKey, api_token: apiToken, lookback_days: 2 },
    ...more,
  });
  return {
    server,
    config,
    wrongCredential: () => config({ api_token: 'another' }),
    refused: () => config({ base_url: 'http://127.0.0.1:1' }),
    unknownHost: () => config({ base_url: 'https://api.exotel.invalid' }),
    addCalls(calls) {
      if (typeof calls === 'number') server.bulk = bulkOfYesterday(calls, offsetMs);
      else for (const call of calls) server.calls.set(call.id, call);
    },
    removeCalls() {
      server.calls.clear();
      server.bulk = bulkOfYesterday(0, offsetMs);
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
  variants: [
    { name: 'private recordings', start: () => startExotel() },
    { name: 'recordings beside the API', start: () => startExotel({ recordings: 'beside-api' }), readsAsBefore: true },
    {
      name: 'pre-signed recordings',
      start: () => startExotel({ recordings: 's3-closed', preSigned: true }),
      readsAsBefore: true,
    },
  ],
  withTimeout: (timeoutMs) =>
    ({
      ...exolite,
      check: (config: ExoliteConfig, direction: 'import' | 'export', context: ConnectorContext) =>
        checkExolite(config, direction, context, { timeoutMs }),
      source: (config: ExoliteConfig, context: ConnectorContext) => openSource(config, context, { timeoutMs }),
    }) as unknown as ConnectorType,
};
