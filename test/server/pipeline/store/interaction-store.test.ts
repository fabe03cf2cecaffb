import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import type { Services } from '../../../../server/services.ts';
import { eventually } from '../../../harness/eventually.ts';
import { testServices } from '../../../harness/services.ts';
import { importKit, runOnce } from '../import/import-kit.ts';
import { folderConnector } from '../import/import-run.ts';

const header = 'external_interaction_id,channel_type,transcript_text,agent_name';
const none = { listed: 0, imported: 0, updated: 0, duplicate: 0, rejected: 0 };

describe('interactions that another connector brought', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  /** Three calls by one connector; then another one brings them, two of which say something else. */
  async function broughtTwice(isDeleted: boolean) {
    const kit = await importKit(services);
    kit.put('1.csv', `${header}\nA,CHAT,x,Ann\nB,CHAT,x,Bob\nC,CHAT,x,Cid\n`);
    expect((await kit.run()).counts).to.include({ imported: 3 });
    const { pool } = services.database;
    await pool.query("UPDATE connector SET name = 'first' WHERE account_id = ?", [kit.accountId]);
    if (isDeleted) await pool.query('UPDATE connector SET deleted_at = NOW(3) WHERE account_id = ?', [kit.accountId]);
    const other = await folderConnector(services, kit.accountId, { directory: kit.directory });
    kit.put('1.csv', `${header}\nA,CHAT,x,Ann\nB,CHAT,x,Bea\nC,CHAT,x,Cleo\n`);
    const lines: string[] = [];
    const { counts } = await runOnce(services, other, (run) => {
      run.log = (level, message) => lines.push(`${level}: ${message}`);
    });
    const rows = await kit.interactions();
    return {
      counts,
      kept: lines.filter((line) => line.includes('differ')),
      agents: rows.map(({ metadata }) => JSON.parse(metadata).agent_name),
      owners: rows.map(({ connector_id }) => (connector_id === other.id ? 'other' : 'first')),
    };
  }

  it('stay as they are while it is there, and one line says how many differ and whose they are', async () => {
    const { counts, kept, agents, owners } = await broughtTwice(false);
    expect(counts).to.deep.equal({ ...none, listed: 3, duplicate: 3 });
    expect(agents).to.deep.equal(['Ann', 'Bob', 'Cid']);
    expect(owners).to.deep.equal(['first', 'first', 'first']);
    expect(kept).to.have.length(1);
    expect(kept[0]).to.match(/^warn: 2 rows differ from what is here and changed nothing: first brought /);
  });

  it('are taken over once it was deleted: a changed row updates them', async () => {
    const { counts, kept, agents, owners } = await broughtTwice(true);
    expect(counts).to.deep.equal({ ...none, listed: 3, updated: 2, duplicate: 1 });
    expect(agents).to.deep.equal(['Ann', 'Bea', 'Cleo']);
    expect(owners).to.deep.equal(['first', 'other', 'other']);
    expect(kept).to.deep.equal([]);
  });
});

describe('the length of a call whose row tells none', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  it('stays as it was measured while the row names the same audio, and is what a row tells that does', async () => {
    const kit = await importKit(services);
    const bring = async (agent: string, audio: string, seconds = '') => {
      const columns = 'external_interaction_id,channel_type,agent_name,audio_url,duration_seconds';
      kit.put('1.csv', `${columns}\nA,VOICE,${agent},${audio},${seconds}\n`);
      await kit.run();
      return (await kit.interactions())[0]?.duration_seconds;
    };
    expect(await bring('Ann', 'a.wav')).to.equal(null);
    await services.database.pool.query('UPDATE interaction SET duration_seconds = 61 WHERE account_id = ?', [
      kit.accountId,
    ]);
    expect(await bring('Bea', 'a.wav')).to.equal(61);
    expect(await bring('Bea', 'a.wav', '42')).to.equal(42);
    expect(await bring('Bea', 'A.wav')).to.equal(null);
  });
});

describe('an interaction that names another recording', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  it('leaves the one that was stored at this very moment to be removed', async () => {
    const { pool } = services.database;
    const kit = await importKit(services);
    const bring = (audio: string) => {
      kit.put('1.csv', `external_interaction_id,channel_type,audio_url\nA,VOICE,${audio}\n`);
      return kit.run();
    };
    await bring('a.wav');
    const id: Buffer = (await kit.interactions())[0]?.id;
    // As whoever fetches it writes his result.
    const fetching = await pool.getConnection();
    await fetching.beginTransaction();
    await fetching.query("SELECT 1 FROM work WHERE kind = 'record' AND subject = ? FOR UPDATE", [id]);
    await fetching.query("UPDATE recording SET state = 'here', storage_key = 'stored' WHERE interaction_id = ?", [id]);
    const importing = bring('another.wav');
    await eventually('the import waits', async () => {
      const [waiting] = await pool.query<RowDataPacket[]>(
        `SELECT 1 FROM information_schema.processlist WHERE db = DATABASE()
          AND (info LIKE 'DELETE FROM recording%' OR info LIKE 'DELETE FROM work WHERE account_id%')`,
      );
      return waiting.length > 0;
    });
    await fetching.query("DELETE FROM work WHERE kind = 'record' AND subject = ?", [id]);
    await fetching.commit();
    fetching.release();
    expect((await importing).counts).to.include({ updated: 1 });
    const rows = async (sql: string) => (await pool.query<RowDataPacket[]>(sql, [id]))[0];
    expect(await rows('SELECT reference, state FROM recording WHERE interaction_id = ?')).to.deep.equal([
      { reference: 'another.wav', state: 'waiting' },
    ]);
    expect(await rows('SELECT kind FROM work WHERE subject = ?')).to.deep.equal([{ kind: 'record' }]);
    expect(await rows('SELECT storage_key FROM storage_leftover WHERE interaction_id = ?')).to.deep.equal([
      { storage_key: 'stored' },
    ]);
  });
});
