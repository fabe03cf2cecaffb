import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { ConnectorContext, ConnectorType, SourceSession } from '../../../../server/connectors/connector.ts';
import { exoliteConfigSchema } from '../../../../server/connectors/exolite/config.ts';
import { exolite } from '../../../../server/connectors/exolite/exolite.ts';
import { referenceOf } from '../../../../server/connectors/exolite/reference.ts';
import { openSource } from '../../../../server/connectors/exolite/source.ts';
import { AppError } from '../../../../shared/error.ts';
import { hoursAgo } from '../calls-fixture.ts';
import { check, contextOf, rejects } from '../contract-kit.ts';
import { wallClock } from './exotel-calls.ts';
import { type ExotelServerOptions, overrides } from './exotel-server.ts';
import { startExotel } from './fixture.ts';

type Json = Record<string, unknown>;

const type = exolite as unknown as ConnectorType;
const dayOf = (instant: Date) => wallClock(instant).slice(0, 10);
const today = () => dayOf(new Date());

describe('the Exolite connector', () => {
  const stops: (() => Promise<void>)[] = [];
  after(() => Promise.all(stops.map((stop) => stop())));
  const start = async (options: ExotelServerOptions = {}) => {
    const system = await startExotel(options);
    stops.push(() => system.stop());
    return system;
  };
  const open = (config: Json, more: Partial<ConnectorContext> = {}): Promise<SourceSession> =>
    openSource(exoliteConfigSchema.parse(config), contextOf(more));

  it('asks as the API wants to be asked, by pages of 100 to their end', async () => {
    const system = await start();
    system.addCalls(250);
    const yesterday = wallClock(hoursAgo(24)).slice(0, 10);
    const source = await open(system.config());
    expect(await idsOf(source, yesterday)).to.have.length(250);
    const [first = '', second = ''] = system.requests().map((request) => decodeURIComponent(request));
    expect(first).to.equal(
      `GET /v1/Accounts/acme1/Calls.json?DateCreated=gte:${yesterday} 00:00:00;lte:${yesterday} 23:59:59&SortBy=DateCreated:asc&PageSize=100&details=true&Status=completed`,
    );
    expect(second).to.match(/&After=/);
    expect(system.requests()).to.have.length(3);
  });

  it('waits for its turn before each request, by the account', async () => {
    const system = await start();
    system.addCalls(150);
    const paced: [string, number][] = [];
    const source = await open(system.config({ calls_per_minute: 7 }), {
      pace: async (...turn) => void paced.push(turn),
    });
    await idsOf(source, wallClock(hoursAgo(24)).slice(0, 10));
    expect(paced).to.have.length(2);
    expect(paced[0]?.[0]).to.match(/^exolite:127\.0\.0\.1:\d+:acme1$/);
    expect(paced[0]?.[1]).to.equal(7);
  });

  it('goes on after the limit of a minute was met', async () => {
    const system = await start({ callsPerMinute: 2 });
    system.addCalls(250);
    system.refuseNext?.(0, 1);
    const source = await open(system.config());
    const stop = setTimeout(() => delete system.server.options.callsPerMinute, 500);
    expect(await idsOf(source, wallClock(hoursAgo(24)).slice(0, 10))).to.have.length(250);
    clearTimeout(stop);
  });

  it('leaves out what is not wanted and what was not recorded, and says how many', async () => {
    const system = await start();
    const startedAt = hoursAgo(0.01);
    const calls = ['plain', 'busy', 'silent'].map((id) => ({ id, startedAt }));
    system.addCalls(calls);
    overrides.set(calls[1] ?? fail(), { Status: 'busy' });
    overrides.set(calls[2] ?? fail(), { RecordingUrl: null });
    const source = await open(system.config());
    expect(await idsOf(source, dayOf(startedAt))).to.deep.equal(['plain']);
    expect(source.notes?.()).to.deep.equal(['2 calls left out (1 without a recording; 1 filtered)']);
    const both = await open(system.config({ statuses: ['completed', 'busy'] }));
    expect(await idsOf(both, dayOf(startedAt))).to.have.members(['plain', 'busy']);
  });

  it('key and token go over TLS: http:// is taken for this machine and addresses of private networks alone', () => {
    const takes = (address: string) =>
      ['base_url', 'recordings_url'].map(
        (field) => exoliteConfigSchema.safeParse({ ...credentials, [field]: address }).success,
      );
    for (const address of ['http://api.exotel.com', 'http://8.8.8.8'])
      expect(takes(address), address).to.deep.equal([false, false]);
    for (const address of ['https://api.exotel.com', 'http://localhost:1', 'http://127.0.0.1:1', 'http://192.168.1.2'])
      expect(takes(address), address).to.deep.equal([true, true]);
  });

  it('a backfill that begins before the last six months fails with the earliest day', async () => {
    const system = await start();
    const source = await open(system.config());
    const failure = await rejects(
      listed(source, { range: { from: hoursAgo(24 * 200), to: hoursAgo(24 * 198) } }),
      'invalid',
    );
    expect(failure.message).to.match(/6 months.*\d{4}-\d\d-\d\d is the earliest/);
  });

  it('a run that goes on after a long pause begins with the earliest day that can be read', async () => {
    const system = await start();
    const source = await open(system.config());
    const keys = await listed(source, { newestDone: '2020-01-01' });
    expect(keys.length).to.be.within(178, 186);
    await idsOf(source, keys[0] ?? '');
  });

  it('sends key and token to no other host: a next page elsewhere is refused', async () => {
    const seen: string[] = [];
    const elsewhere = await serve(stops, (request, response) => {
      seen.push(String(request.headers.authorization));
      response.end('{}');
    });
    const system = await serve(stops, (_, response) =>
      response.end(JSON.stringify({ Metadata: { NextPageUri: `${elsewhere}/v1/next` }, Calls: [{ Sid: 'x' }] })),
    );
    const source = await open({ ...credentials, base_url: system });
    const failure = await rejects(idsOf(source, today()), 'protocol_error');
    expect(failure.message).to.match(/another host/);
    expect(seen).to.deep.equal([]);
  });

  it('a next page that leads in a circle is a failure', async () => {
    const system = await serve(stops, (_, response) =>
      response.end(JSON.stringify({ Metadata: { NextPageUri: '/v1/same' }, Calls: [{ Sid: 'x' }] })),
    );
    await rejects(idsOf(await open({ ...credentials, base_url: system }), today()), 'protocol_error');
  });

  for (const [what, status, exception, code, words] of [
    [
      'with a code',
      429,
      { Status: 429, Message: 'Slow down', Code: 'RATE_LIMIT_EXCEEDED' },
      'rate_limited',
      /Slow down, RATE_LIMIT/,
    ],
    ['without one', 402, { Status: 402, Message: 'Low balance' }, 'permission_denied', /payment.*Low balance/],
    ['of a wrong account', 404, { Status: 404, Message: 'Not found' }, 'path_missing', /account SID/],
    ['of a wrong question', 400, { Status: 400, Message: 'Bad range' }, 'http_status', /Bad range/],
    ['in an answer 200', 200, { Status: 403, Message: 'No' }, 'permission_denied', /"No"/],
    ['of a broken system', 500, { Status: 500, Message: 'Oops' }, 'http_unavailable', /Oops/],
  ] as const)
    it(`a RestException ${what} is told in words`, async () => {
      const system = await serve(stops, (_, response) => {
        response.writeHead(status, { 'retry-after': '900' }).end(JSON.stringify({ RestException: exception }));
      });
      const failure = await rejects(idsOf(await open({ ...credentials, base_url: system }), today()), code);
      expect(failure.message).to.match(words);
    });

  for (const [where, recordings] of [
    ['at the API address itself', 'beside-api'],
    ["on the API's host with another port", 'private'],
  ] as const)
    it(`with nothing but base_url, account and keys, a recording ${where} is fetched, by the scheme of its link`, async () => {
      const system = await start({ recordings });
      const startedAt = hoursAgo(0.01);
      system.addCalls([{ id: 'one', startedAt }]);
      const { base_url, account_sid, api_key, api_token } = system.config();
      const config = { base_url, account_sid, api_key, api_token };
      const source = await open(config);
      const [row] = await rowsOf(source, dayOf(startedAt));
      expect(await bytesOf(source, String(row?.audio_url))).to.equal(system.audio().length);
      const last = (await check(type, config, 'import')).at(-1);
      expect(last).to.include({ name: 'recording', ok: true });
      expect(last?.message).to.match(/can be read/);
      // As it was, not by way of the call.
      expect(system.requests().filter((request) => request.includes('/Calls/one.json'))).to.deep.equal([]);
    });

  for (const [what, lists] of [
    ['no calls', { Metadata: { Total: 0 }, Calls: null }],
    ['no facts about the list', { Metadata: null, Calls: [] }],
    ['neither', { Metadata: null, Calls: null }],
  ] as const)
    it(`null for ${what} is an empty page`, async () => {
      const system = await serve(stops, (_, response) => response.end(JSON.stringify(lists)));
      const config = { ...credentials, base_url: system };
      const source = await open(config);
      expect(await idsOf(source, today())).to.deep.equal([]);
      expect(await listed(source, {})).not.to.deep.equal([]);
      expect((await check(type, config, 'import')).at(-1)).to.include({ name: 'list', ok: true });
    });

  it('what is no list of calls is not taken for an empty one', async () => {
    const system = await serve(stops, (_, response) => response.end('{}'));
    await rejects(idsOf(await open({ ...credentials, base_url: system }), today()), 'protocol_error');
  });

  it('a recording in S3 is asked for without key and token', async () => {
    const system = await start({ recordings: 's3-open' });
    system.addCalls([{ id: 'old', startedAt: hoursAgo(5) }]);
    const source = await open(system.config());
    expect(await bytesOf(source, `old/${rest(system.server.recordingUrl('old'))}`)).to.equal(system.audio().length);
    expect(system.server.leaked).to.deep.equal([]);
  });

  it('where S3 is closed, a fresh pre-signed link is asked for, of the life that the settings say', async () => {
    const system = await start({ recordings: 's3-closed', preSigned: true });
    system.addCalls([{ id: 'one', startedAt: hoursAgo(5) }]);
    const source = await open(system.config({ recording_url_minutes: 15 }));
    const path = `one/${rest(system.server.recordingUrl('one'))}`;
    for (let i = 0; i < 2; i++) expect(await bytesOf(source, path)).to.equal(system.audio().length);
    expect(system.server.leaked).to.deep.equal([]);
    const asked = system.requests().filter((request) => request.includes('/Calls/one.json'));
    expect(asked[0]).to.match(/RecordingUrlValidity=15$/);
    // Once such links were the way in, the closed door is not tried again.
    expect(system.requests().filter((request) => request.includes('/exotelrecordings/'))).to.have.length(1);
  });

  it('where S3 is closed and there are no such links, it says what to ask Exotel for; of a call just ended it waits', async () => {
    const system = await start({ recordings: 's3-closed' });
    system.addCalls([
      { id: 'old', startedAt: hoursAgo(5) },
      { id: 'new', startedAt: hoursAgo(0.1) },
    ]);
    const source = await open(system.config());
    const path = (sid: string) => `${sid}/${rest(system.server.recordingUrl(sid))}`;
    expect((await rejects(bytesOf(source, path('old')), 'permission_denied')).message).to.match(
      /PreSignedRecordingUrl/,
    );
    await rejects(bytesOf(source, path('new')), 'recording_not_yet');
    expect(system.server.leaked).to.deep.equal([]);
  });

  it('a recording that is missing long after its call is missing for good', async () => {
    const system = await start();
    system.addCalls([{ id: 'gone', startedAt: hoursAgo(100), recording: 'late' }]);
    const source = await open(system.config());
    const path = `gone/${rest(system.server.recordingUrl('gone'))}`;
    await rejects(bytesOf(source, path, wallClock(hoursAgo(100)).slice(0, 10)), 'path_missing');
    await rejects(bytesOf(source, path), 'recording_not_yet');
  });

  it('a check shows how many calls the last day had, and the first of them', async () => {
    const system = await start();
    system.addCalls(['a', 'b', 'c', 'd'].map((id, i) => ({ id, startedAt: hoursAgo(5 - i) })));
    const steps = await check(type, system.config(), 'import');
    const list = steps.find(({ name }) => name === 'list');
    expect(list?.details).to.deep.equal({ calls: ['a', 'b', 'c'], call_count: 4 });
    expect(list?.message).to.match(/^4 calls within the last 24 hours \(a, b, c, …\); of them, 4 are taken/);
  });

  it('a check of a recording that is not there yet passes and says so', async () => {
    const system = await start();
    system.addCalls([{ id: 'late', startedAt: hoursAgo(0.01), recording: 'late' }]);
    const last = (await check(type, system.config(), 'import')).at(-1);
    expect(last).to.include({ name: 'recording', ok: true });
    expect(last?.message).to.match(/not there yet/);
  });

  it('a check with a wrong account ends at the sign-in and names the field', async () => {
    const system = await start();
    const last = (await check(type, system.config({ account_sid: 'acme2' }), 'import')).at(-1);
    expect(last).to.include({ name: 'sign_in', ok: false });
    expect(last?.details?.field).to.equal('account_sid');
  });
});

const credentials = { account_sid: 'acme1', api_key: 'k', api_token: 't' };

async function serve(stops: (() => Promise<void>)[], listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  stops.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function listed(source: SourceSession, request: Parameters<SourceSession['list']>[0]): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of source.list(request)) keys.push(key);
  return keys;
}

async function idsOf(source: SourceSession, key: string): Promise<unknown[]> {
  return (await rowsOf(source, key)).map(({ external_interaction_id }) => external_interaction_id);
}

async function rowsOf(source: SourceSession, key: string): Promise<Json[]> {
  let text = '';
  for await (const bytes of await source.read({ key, version: 'closed', size: undefined, readiness: 'ready' }))
    text += Buffer.from(bytes).toString();
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Json);
}

async function bytesOf(source: SourceSession, path: string, itemKey = today()): Promise<number> {
  let length = 0;
  for await (const bytes of (await source.recording?.({ path, itemKey })) ?? []) length += bytes.length;
  return length;
}

/** What stands behind the SID in a reference. */
function rest(link: string): string {
  return referenceOf('x', link).slice('x/'.length);
}

function fail(): never {
  throw new AppError('internal', 'the test lost a call');
}
