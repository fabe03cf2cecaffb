import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect } from 'chai';
import type { ConnectorType } from '../../../../../server/connectors/connector.ts';
import { ecc4xConfigSchema } from '../../../../../server/connectors/ecc4x/config.ts';
import { ecc4x } from '../../../../../server/connectors/ecc4x/ecc4x.ts';
import { openSource } from '../../../../../server/connectors/ecc4x/source.ts';
import { localhostCertificate } from '../../../../harness/certificate.ts';
import type { CallsSystem } from '../../calls-fixture.ts';
import { check, collect, contextOf, needed, rejects } from '../../contract-kit.ts';
import { callsFixture } from '../fixture.ts';

type Json = Record<string, unknown>;

for (const { name, start } of callsFixture.variants.filter((variant) => variant.name.includes('database')))
  describe(`rows of ${name}`, () => {
    const isPostgres = name.includes('PostgreSQL');
    let system: CallsSystem;
    before(async () => {
      system = await start();
    });
    afterEach(() => system.removeCalls());
    after(() => system.stop());

    const withQuery = (query: string, more: Json = {}): Json => {
      const config = system.config();
      return { ...config, source: { ...(config.source as Json), query, ...more } };
    };
    const rowsOf = async (config: Json): Promise<Json[]> => {
      await using session = await openSource(ecc4xConfigSchema.parse(config), contextOf());
      const lines: string[] = [];
      for (const item of await collect(session))
        for await (const bytes of await session.read(item))
          lines.push(...Buffer.from(bytes).toString().trim().split('\n'));
      return lines.map((line) => JSON.parse(line));
    };
    const within = 'FROM cdr WHERE call_originate_time >= :from AND call_originate_time < :to';

    it('values come as the server writes them, and what is quoted in a query stays', async () => {
      system.addCalls([{ id: 'd1', startedAt: new Date(Date.now() - 3_600_000) }]);
      const [row] = await rowsOf(system.config());
      expect(row?.metadata).to.include({ disposition: 'SALE', quoted: ':from' });
      expect(String((row?.metadata as Json | undefined)?.campaign_id)).to.equal('110');
    });

    it('a query without the call SID is told before it is run for long, also when it gives no rows', async () => {
      const query = `SELECT call_id, campaign_id ${within}`;
      const failure = await rejects(rowsOf(withQuery(query)), 'missing_columns');
      expect(failure.message).to.match(/external_interaction_id.*call_id, campaign_id/);
      const last = (await check(ecc4x as unknown as ConnectorType, withQuery(query), 'import')).at(-1);
      expect(last).to.include({ name: 'list', ok: false });
    });

    it('nothing is ever changed', async () => {
      system.addCalls([{ id: 'd1', startedAt: new Date(Date.now() - 3_600_000) }]);
      const config = withQuery('DELETE FROM cdr WHERE call_originate_time >= :from AND call_originate_time < :to');
      const failure = await rejects(rowsOf(config), 'invalid');
      expect(failure.field).to.equal('source.query');
      expect(await rowsOf(system.config())).to.have.length(1);
    });

    it('a query that takes too long is ended by the server', async () => {
      const sleep = isPostgres ? 'pg_sleep(30)' : 'SLEEP(30)';
      const query = `SELECT crt_object_id, campaign_id, ${sleep} AS slept FROM (SELECT 1) one, cdr
        WHERE call_originate_time >= :from AND call_originate_time < :to`;
      system.addCalls([{ id: 'd1', startedAt: new Date(Date.now() - 3_600_000) }]);
      const failure = await rejects(rowsOf(withQuery(query, { statement_timeout_seconds: 1 })), 'host_timeout');
      expect(failure.message).to.match(/longer than 1 s/);
    });

    it('a wrong database, a table that is not there and a connection that is not safe are told apart', async () => {
      const missing = await rejects(
        rowsOf(withQuery(`SELECT crt_object_id ${within}`, { database: 'nowhere' })),
        'path_missing',
        'permission_denied',
      );
      expect(missing.message).to.match(/nowhere/);
      const query = `SELECT crt_object_id ${within.replace('cdr', 'no_such_table')}`;
      expect((await rejects(rowsOf(withQuery(query)), 'invalid')).message).to.match(/no_such_table/);
      const unencrypted = await rejects(
        rowsOf(withQuery(`SELECT crt_object_id ${within}`, { tls: 'verify' })),
        isPostgres ? 'certificate_untrusted' : 'protocol_error',
      );
      expect(unencrypted.field).to.equal('source.tls');
    });

    it('TLS is taken by its name and its authority, or as it comes where that was chosen', async function () {
      if (!isPostgres)
        return needed<void>(undefined, 'the MySQL-protocol server of the tests has no certificate', this);
      system.addCalls([{ id: 'd1', startedAt: new Date(Date.now() - 3_600_000) }]);
      const query = String((system.config().source as Json).query);
      const verified = withQuery(query, { tls: 'verify', host: 'localhost' });
      expect(await rowsOf({ ...verified, certificate_authority: localhostCertificate })).to.have.length(1);
      await rejects(rowsOf(verified), 'certificate_untrusted');
      const otherName = { ...withQuery(query, { tls: 'verify' }), certificate_authority: localhostCertificate };
      await rejects(rowsOf(otherName), 'certificate_untrusted');
      const last = (await check(ecc4x as unknown as ConnectorType, verified, 'import')).at(-1);
      expect(last).to.include({ name: 'reach', ok: false });
      expect(await rowsOf(withQuery(query, { tls: 'encrypt' }))).to.have.length(1);
    });

    it('by default is encrypted where the server offers that, and read without where it does not', async () => {
      system.addCalls([{ id: 'd1', startedAt: new Date(Date.now() - 3_600_000) }]);
      const { tls: _, ...source } = system.config().source as Json;
      const ssl = isPostgres ? ', (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS ssl' : '';
      const query = `SELECT crt_object_id, campaign_id${ssl} ${within}`;
      const [row] = await rowsOf({ ...system.config(), source: { ...source, query } });
      expect(row?.external_interaction_id).to.equal('d1');
      if (isPostgres) expect(row?.metadata).to.include({ ssl: true });
      const steps = await check(ecc4x as unknown as ConnectorType, { ...system.config(), source }, 'import');
      expect(steps.filter(({ ok }) => !ok)).to.deep.equal([]);
    });

    it('a PostgreSQL that says no to TLS is read without by default, and refused where TLS must be', async function () {
      if (!isPostgres) return needed<void>(undefined, 'the question is one of PostgreSQL', this);
      const { tls: _, port: real, ...source } = system.config().source as Json;
      const door = createServer((near) => {
        near.on('error', () => near.destroy());
        near.once('data', (first) => {
          if (first.length === 8) return void near.write('N');
          const far = connect({ host: '127.0.0.1', port: Number(real) });
          far.on('error', () => near.destroy()).write(first);
          near.pipe(far).pipe(near);
        });
      });
      await once(door.listen(0, '127.0.0.1'), 'listening');
      const { port } = door.address() as AddressInfo;
      system.addCalls([{ id: 'd1', startedAt: new Date(Date.now() - 3_600_000) }]);
      expect(await rowsOf({ ...system.config(), source: { ...source, port } })).to.have.length(1);
      for (const tls of ['verify', 'encrypt']) {
        const failure = await rejects(
          rowsOf({ ...system.config(), source: { ...source, port, tls } }),
          'protocol_error',
        );
        expect(failure.field).to.equal('source.tls');
      }
      door.close();
    });

    it('a query without moments is one item that is read whole by each run, and by a backfill', async () => {
      const years = 5 * 365 * 86_400_000;
      system.addCalls([{ id: 'd1', startedAt: new Date(Date.now() - years) }]);
      const config = withQuery('SELECT crt_object_id, campaign_id FROM cdr');
      expect(await rowsOf(config)).to.have.length(1);
      await using session = await openSource(ecc4xConfigSchema.parse(config), contextOf());
      const range = { from: new Date(Date.now() - 86_400_000), to: new Date() };
      for (const request of [{}, { newestDone: 'query', oldestFailed: 'query' }, { range }]) {
        const items = [];
        for await (const item of session.list(request)) items.push(item);
        expect(items.map(({ key, readiness }) => [key, readiness])).to.deep.equal([['query', 'ready']]);
        expect(items[0]?.version).to.match(/^open-\d{4}-/);
      }
      const steps = await check(ecc4x as unknown as ConnectorType, config, 'import');
      expect(steps.find(({ name }) => name === 'list')?.message).to.match(/gives calls: d1/);
      await rejects(rowsOf(withQuery('SELECT call_id FROM cdr')), 'missing_columns');
    });

    it('a check never claims a sign-in that the server did not grant', async () => {
      const names = async (more: Json) =>
        (
          await check(
            ecc4x as unknown as ConnectorType,
            withQuery(String((system.config().source as Json).query), more),
            'import',
          )
        ).map(({ name, ok }) => `${name} ${ok}`);
      expect(await names({ database: 'nowhere' })).to.deep.equal(['reach true', 'sign_in false']);
      expect(await names({ password: 'another' })).to.deep.equal(['reach true', 'sign_in false']);
    });

    it('a reader that leaves early does not disturb the next one', async () => {
      system.addCalls(3000);
      await using session = await openSource(ecc4xConfigSchema.parse(system.config()), contextOf());
      for (const item of await collect(session)) for await (const _ of await session.read(item)) break;
      expect(await rowsOf(system.config())).to.have.length(3000);
    });
  });
