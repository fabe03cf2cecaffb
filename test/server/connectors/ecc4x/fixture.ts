import type { ConnectorContext, ConnectorType } from '../../../../server/connectors/connector.ts';
import { checkEcc4x } from '../../../../server/connectors/ecc4x/check.ts';
import type { Ecc4xConfig } from '../../../../server/connectors/ecc4x/config.ts';
import { ecc4x } from '../../../../server/connectors/ecc4x/ecc4x.ts';
import { openSource } from '../../../../server/connectors/ecc4x/source.ts';
import type { CallsFixture, CallsSystem, FixtureCall } from '../calls-fixture.ts';
import { apiKey } from './app-server-rows.ts';
import { type EccTable, insertCalls, startMysqlTable, startPostgresTable } from './ecc-database.ts';
import { EccServer } from './ecc-server.ts';
import { postgresPrograms } from './postgres-server.ts';
import { Relay } from './relay.ts';
import { hashKey, password, requestingHost, userId } from './voice-log-server.ts';

type Json = Record<string, unknown>;

export const restV4 = ({ url }: EccServer): Json => ({ api: 'rest_v4', base_url: url, user_id: userId, password });

export const hashKeyApi = ({ url }: EccServer): Json => ({
  api: 'hash_key',
  ...{ base_url: url, hash_key: hashKey, requesting_host: requestingHost },
});

export const appServerMapping = {
  ...{ crtObjectId: 'external_interaction_id', callId: 'call_id', campaignId: 'campaign_id' },
  ...{ startTime: 'interaction_start_time', talkSeconds: 'duration_seconds' },
};

export const appServer = ({ url }: EccServer, more: Json = {}): Json => ({
  ...{ kind: 'app_server', base_url: url, rows_path: '/rows/v1/calls', query: { table: 'cdr' } },
  ...{ from_parameter: 'begin', to_parameter: 'end', rows_at: 'result.calls' },
  ...{ paging: { kind: 'page' }, auth: { kind: 'header', name: 'X-API-Key', value: apiKey } },
  ...more,
});

/** What every local ECC has in common, whatever its rows come from. */
function system(server: EccServer, config: CallsSystem['config'], rest: Partial<CallsSystem>): CallsSystem {
  return {
    ...{ config, wrongCredential: config, refused: config, unknownHost: config },
    addCalls: (calls) => server.calls.add(calls),
    removeCalls: () => server.calls.clear(),
    endCall: (id) => delete server.calls.get(id)?.isLive,
    recordingArrives: (id) => delete server.calls.get(id)?.recording,
    audio: () => server.voiceLog.audio,
    dropMiddle: () => server.dropMiddle(),
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    requests: () => server.requests,
    stop: () => server.stop(),
    ...rest,
  };
}

async function startAppServer(): Promise<CallsSystem> {
  const server = new EccServer();
  await server.start();
  const withSource =
    (source: Json) =>
    (more: Json = {}) => ({
      ...{ source: appServer(server, source), voice_log: restV4(server), column_mapping: appServerMapping },
      ...{ lookback_days: 2, ...more },
    });
  return system(server, withSource({}), {
    wrongCredential: () => withSource({ auth: { kind: 'header', name: 'X-API-Key', value: 'another' } })(),
    refused: () => withSource({ base_url: 'http://127.0.0.1:1' })(),
    unknownHost: () => withSource({ base_url: 'https://ecc.invalid' })(),
  });
}

const beyondTheSignIn = 8192;

async function startDatabase(startTable: () => Promise<EccTable>, voiceLog: (server: EccServer) => Json) {
  const server = new EccServer();
  await server.start();
  const table = await startTable();
  const relay = new Relay(table.server);
  const port = await relay.start();
  const withSource =
    (source: Json) =>
    (more: Json = {}) => ({
      source: { kind: 'database', host: '127.0.0.1', port, tls: 'off', ...table.settings, ...source },
      ...{ voice_log: voiceLog(server), lookback_days: 2, ...more },
    });
  return system(server, withSource({}), {
    wrongCredential: () => withSource({ password: 'another' })(),
    refused: () => withSource({ port: 1 })(),
    unknownHost: () => withSource({ host: 'ecc.invalid' })(),
    addCalls(calls: number | FixtureCall[]) {
      server.calls.add(calls);
      insertCalls(table, typeof calls === 'number' ? calls : calls.filter(({ isLive }) => !isLive));
    },
    removeCalls() {
      server.calls.clear();
      table.execute('DELETE FROM cdr;');
    },
    endCall(id: string) {
      const call = server.calls.get(id);
      if (!call) throw new Error(`there is no call ${id}`);
      delete call.isLive;
      insertCalls(table, [call]);
    },
    dropMiddle: () => relay.cutAfter(beyondTheSignIn),
    freeze: () => relay.freeze(),
    thaw: () => relay.thaw(),
    async stop() {
      relay.stop();
      await server.stop();
      await table.stop();
    },
  });
}

const programs = postgresPrograms();
if (!programs) console.log('ecc4x by PostgreSQL: not tried, this machine has no PostgreSQL (Debian: postgresql)');

export const callsFixture: CallsFixture = {
  kind: 'calls',
  variants: [
    { name: 'an app server', start: startAppServer },
    { name: 'a MySQL database', start: () => startDatabase(startMysqlTable, hashKeyApi) },
    ...(programs
      ? [{ name: 'a PostgreSQL database', start: () => startDatabase(() => startPostgresTable(programs), restV4) }]
      : []),
  ],
  withTimeout: (timeoutMs) =>
    ({
      ...ecc4x,
      check: (config: Ecc4xConfig, direction: 'import' | 'export', context: ConnectorContext) =>
        checkEcc4x(config, direction, context, { timeoutMs }),
      source: (config: Ecc4xConfig, context: ConnectorContext) => openSource(config, context, { timeoutMs }),
    }) as unknown as ConnectorType,
};
