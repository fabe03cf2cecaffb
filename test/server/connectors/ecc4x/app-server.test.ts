import { expect } from 'chai';
import { ecc4xConfigSchema } from '../../../../server/connectors/ecc4x/config.ts';
import { openSource } from '../../../../server/connectors/ecc4x/source.ts';
import { collect, contextOf, rejects } from '../contract-kit.ts';
import { EccServer } from './ecc-server.ts';
import { appServer, appServerMapping, restV4 } from './fixture.ts';

type Json = Record<string, unknown>;

describe('rows of an app server', () => {
  const server = new EccServer();
  before(() => server.start());
  afterEach(() => {
    server.calls.clear();
    server.intercept = undefined;
  });
  after(() => server.stop());

  const rowsOf = async (source: Json = {}, more: Json = {}): Promise<Json[]> => {
    const config = {
      source: appServer(server, source),
      voice_log: restV4(server),
      column_mapping: appServerMapping,
      lookback_days: 2,
      ...more,
    };
    await using session = await openSource(ecc4xConfigSchema.parse(config), contextOf());
    const lines: string[] = [];
    for (const item of await collect(session))
      for await (const bytes of await session.read(item))
        lines.push(...Buffer.from(bytes).toString().trim().split('\n'));
    return lines.map((line) => JSON.parse(line));
  };
  /** Answers every request for rows with these, in turn; the last one stays. */
  const answer = (...bodies: unknown[]) => {
    let turn = 0;
    server.intercept = (_, response) => {
      response.end(JSON.stringify(bodies[Math.min(turn++, bodies.length - 1)]));
      return true;
    };
  };

  it('pages are followed by number and by token, each row once', async () => {
    server.calls.add(2500);
    for (const paging of [{ kind: 'page' }, { kind: 'next', next_at: 'paging.next', parameter: 'cursor' }]) {
      const rows = await rowsOf({ paging });
      expect(new Set(rows.map((row) => row.external_interaction_id)).size).to.equal(2500);
      expect(rows).to.have.length(2500);
    }
  });

  it('a next link is followed on the same server, and our sign-in goes to no other', async () => {
    const row = { crtObjectId: 'd1', campaignId: '110' };
    const withLink = (next: string | null) => ({ data: [{ ...row, crtObjectId: `d${next}` }], links: { next } });
    const paging = { kind: 'next', next_at: 'links.next' };
    answer(withLink('/rows/v1/calls?page=2'), withLink(null));
    expect(await rowsOf({ paging, rows_at: 'data' })).to.have.length.greaterThan(1);
    answer(withLink('https://elsewhere.example/rows'));
    await rejects(rowsOf({ paging, rows_at: 'data' }), 'protocol_error');
  });

  it('a server that gives the same page for ever is found out', async () => {
    answer({ data: [{ crtObjectId: 'd1', campaignId: '110' }] });
    const failure = await rejects(rowsOf({ paging: { kind: 'page' }, rows_at: 'data' }), 'protocol_error');
    expect(failure.field).to.equal('source.paging');
  });

  it('a next page that was asked for already is not asked for again, also where pages have no rows', async () => {
    for (const parameter of ['cursor', undefined]) {
      answer({ data: [], next: '/rows/v1/calls?cursor=x' });
      server.requests.length = 0;
      const paging = { kind: 'next', ...(parameter ? { parameter } : {}) };
      const failure = await rejects(rowsOf({ paging, rows_at: 'data' }), 'protocol_error');
      expect(failure.field).to.equal('source.paging');
      expect(server.requests.length).to.be.lessThan(5);
    }
  });

  it('a day that is too large for one answer is told for good, and with the setting that helps', async () => {
    server.intercept = (_, response) => {
      response.writeHead(200, { 'content-length': String(40 * 1024 ** 2) }).write('{"data":[');
      return true;
    };
    const failure = await rejects(rowsOf({ paging: { kind: 'none' }, rows_at: 'data' }), 'http_status');
    expect(failure.kind).to.equal('config');
    expect(failure.field).to.equal('source.paging');
    expect(failure.message).to.match(/32 MB.*"Pages"/);
  });

  it('rows that lie elsewhere, or nowhere, are told with what the answer has', async () => {
    answer({ list: [] });
    const failure = await rejects(rowsOf({ rows_at: 'data' }), 'missing_columns');
    expect(failure.message).to.match(/"data" .* The answer has: list\./);
    answer([{ crtObjectId: 'd1', campaignId: '110' }]);
    expect(await rowsOf({ rows_at: '', paging: { kind: 'none' } })).to.have.length(3);
  });

  it('rows without a call SID, or without a campaign where one is needed, are missing columns', async () => {
    server.calls.add(1);
    const failure = await rejects(rowsOf({}, { column_mapping: {} }), 'missing_columns');
    expect(failure.message).to.match(/external_interaction_id.*crtObjectId/);
    const { campaignId: _, ...withoutCampaign } = appServerMapping;
    await rejects(rowsOf({}, { column_mapping: withoutCampaign }), 'missing_columns');
    const voice_log = { ...restV4(server), campaign_id: '110' };
    expect(await rowsOf({}, { column_mapping: withoutCampaign, voice_log })).to.have.length(1);
  });

  it('a sign-in page with status 200 is no list of rows', async () => {
    server.intercept = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
      return true;
    };
    await rejects(rowsOf(), 'protocol_error');
  });

  it('an address alone is enough: its own path, no sign-in, and rows wherever the only list of them lies', async () => {
    const row = { crtObjectId: 'd1', campaignId: '110' };
    for (const body of [[row], { data: [row] }, { status: 'ok', calls: [row] }, { other: [row], data: [row] }]) {
      answer(body);
      server.requests.length = 0;
      const rows = await rowsOf({}, { source: { kind: 'app_server', base_url: `${server.url}/own/calls` } });
      expect(rows).to.have.length(3);
      expect(server.requests.at(-1)).to.match(/^GET \/own\/calls\?from=[^&]+&to=[^&]+$/);
    }
    for (const body of [{ a: [row], b: [row] }, { status: 'ok' }]) {
      answer(body);
      const config = { source: { kind: 'app_server', base_url: server.url } };
      const failure = await rejects(rowsOf({}, config), 'missing_columns');
      expect(failure.field).to.equal('source.rows_at');
    }
  });

  it('times are sent as the server wants them', async () => {
    answer({ data: [] });
    const sent = async (time_format: string) => {
      server.requests.length = 0;
      await rowsOf({ time_format, rows_at: 'data', paging: { kind: 'none' } });
      return new URL(server.requests.at(-1)?.split(' ')[1] ?? '', 'http://x').searchParams.get('begin');
    };
    expect(await sent('iso')).to.match(/^\d{4}-\d\d-\d\dT00:00:00\+05:30$/);
    expect(await sent('local')).to.match(/^\d{4}-\d\d-\d\d 00:00:00$/);
    expect(await sent('date')).to.match(/^\d{4}-\d\d-\d\d$/);
    expect(await sent('epoch_ms')).to.match(/^\d{13}$/);
    expect(await sent('epoch_s')).to.match(/^\d{10}$/);
  });
});
