import { expect } from 'chai';
import { ecc4xConfigSchema } from '../../../../server/connectors/ecc4x/config.ts';
import { ecc4x } from '../../../../server/connectors/ecc4x/ecc4x.ts';
import { formOf, secretPaths } from '../../../../server/connectors/secrets.ts';

const voice_log = { api: 'hash_key', base_url: 'https://ecc.example.com:8443', hash_key: 'k', requesting_host: 'h' };
const report = { source: { kind: 'sftp_report', inbox: 'vla' }, voice_log };
const query = 'SELECT crt_object_id FROM cdr WHERE at >= :from AND at < :to';
const database = {
  source: { kind: 'database', engine: 'postgres', host: 'h', database: 'd', user: 'u', password: 'p', query },
  voice_log,
};

describe('the settings of an ECC 4x connector', () => {
  it('a report is a file with its own mapping; rows of a server are NDJSON', () => {
    expect(ecc4xConfigSchema.parse(report).file_format).to.equal('csv');
    expect(ecc4xConfigSchema.parse(database).file_format).to.equal('ndjson');
    expect(ecc4xConfigSchema.parse(report).column_mapping).to.include({ crtObjectId: 'external_interaction_id' });
  });

  it('are the same when they are read again as they were stored', () => {
    for (const config of [report, database]) {
      const once = ecc4xConfigSchema.parse(config);
      expect(ecc4xConfigSchema.parse(once)).to.deep.equal(once);
      expect(ecc4x.location(ecc4xConfigSchema.parse(once))).to.equal(ecc4x.location(once));
    }
  });

  it('what is derived follows the source, whatever was stored', () => {
    const stored = ecc4xConfigSchema.parse(report);
    const changed = ecc4xConfigSchema.parse({ ...stored, source: database.source });
    expect(changed).to.include({ file_format: 'ndjson', after_success: 'leave' });
  });

  it('every credential is a secret', () => {
    expect(secretPaths(ecc4xConfigSchema).sort()).to.deep.equal([
      ...['source.auth.password', 'source.auth.value', 'source.password'],
      ...['voice_log.hash_key', 'voice_log.password'],
    ]);
  });

  it('a query with one of :from and :to alone is refused, and an address with credentials in it', () => {
    const withQuery = (text: string) => ({ ...database, source: { ...database.source, query: text } });
    expect(ecc4xConfigSchema.safeParse(withQuery('SELECT 1 WHERE at >= :from')).success).to.equal(false);
    expect(ecc4xConfigSchema.safeParse(withQuery("SELECT 1 WHERE at >= :from AND ':to' = at")).success).to.equal(false);
    expect(ecc4xConfigSchema.safeParse(withQuery('SELECT crt_object_id FROM cdr')).success).to.equal(true);
    expect(ecc4xConfigSchema.safeParse(withQuery("SELECT now()::from, ':to'")).success).to.equal(true);
    const base_url = 'https://user:secret@ecc.example.com';
    expect(ecc4xConfigSchema.safeParse({ ...report, voice_log: { ...voice_log, base_url } }).success).to.equal(false);
  });

  it('what has a usual value need not be said', () => {
    const parsed = (source: object, voiceLog: object = voice_log) =>
      ecc4xConfigSchema.parse({ source, voice_log: voiceLog }).source;
    const base_url = 'https://ecc.example.com';
    const { requesting_host: _, ...withoutHost } = voice_log;
    expect(parsed({ kind: 'app_server', base_url }, withoutHost)).to.deep.include({
      auth: { kind: 'none' },
      rows_path: '',
    });
    expect(parsed(database.source)).to.include({ tls: 'prefer' });
  });

  it('another query, table or mapping is another location; another password is not', () => {
    const at = (source: object, more: object = {}) =>
      ecc4x.location(ecc4xConfigSchema.parse({ ...database, source: { ...database.source, ...source }, ...more }));
    expect(at({ query: `${query} AND 1 = 1` })).not.to.equal(at({}));
    expect(at({}, { column_mapping: { crt_object_id: 'external_interaction_id' } })).not.to.equal(at({}));
    expect(at({ password: 'another' })).to.equal(at({}));
  });

  it('how the rows of an app server are asked for and found is a part of the location; its sign-in is not', () => {
    const source = {
      kind: 'app_server',
      base_url: 'https://ecc.example.com',
      rows_path: 'rows',
      auth: { kind: 'none' },
    };
    const at = (more: object) => ecc4x.location(ecc4xConfigSchema.parse({ source: { ...source, ...more }, voice_log }));
    const others = [
      { paging: { kind: 'page' } },
      { rows_at: 'calls' },
      { from_parameter: 'begin' },
      { to_parameter: 'end' },
      { time_format: 'epoch_ms' },
      { query: { table: 'cdr' } },
    ];
    expect(new Set([{}, ...others].map(at)).size).to.equal(others.length + 1);
    expect(at({ auth: { kind: 'header', value: 'k' } })).to.equal(at({}));
  });

  it('every field says what it is for', () => {
    expect([...undescribed(formOf(ecc4xConfigSchema))]).to.deep.equal([]);
  });
});

type Node = Record<string, unknown>;

/** Fields without a title or a description, wherever they lie. What chooses between alternatives is drawn by those. */
function* undescribed(node: Node, path = ''): Generator<string> {
  for (const [name, child] of Object.entries((node.properties ?? {}) as Record<string, Node>)) {
    if (!child.const && (!child.title || !child.description)) yield `${path}${name}`;
    yield* undescribed(child, `${path}${name}.`);
  }
  if (node.items) yield* undescribed(node.items as Node, path);
  for (const branch of ['oneOf', 'anyOf', 'allOf'])
    for (const option of (node[branch] ?? []) as Node[]) yield* undescribed(option, path);
}
