import { expect } from 'chai';
import type { Services } from '../../../../server/services.ts';
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
