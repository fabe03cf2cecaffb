import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { type LoadedConnector, loadConnector } from '../../../server/connectors/load.ts';
import type { Services } from '../../../server/services.ts';
import { addConnector } from '../../harness/connectors.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { runOnce } from '../pipeline/import/import-kit.ts';
import { needed, type Setup } from './contract-kit.ts';

type Json = Record<string, unknown>;

const rowCount = 500;
const stableSeconds = 1.5;
const pauseMs = 250;
const pieceCount = 14;

/** The real pipeline and database with this type's items: each row comes once, and only when it is whole. */
export function importContract({ type, system }: Setup): void {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  const connect = async (config: Json): Promise<LoadedConnector> => {
    const { id: accountId } = await testAccount(services);
    const id = await addConnector(services, accountId, { type: type.id, config });
    return await loadConnector(services.database, services.keyring, accountId, id);
  };
  const stored = async ({ accountId }: LoadedConnector): Promise<number> => {
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      'SELECT COUNT(*) AS count FROM interaction WHERE account_id = ?',
      [accountId],
    );
    return Number(rows[0]?.count);
  };

  it('the same thing imported twice gives no new row', async () => {
    const connector = await connect(await system().below('twice'));
    await system().write('twice/calls.csv', rows(0, rowCount));
    const first = await runOnce(services, connector);
    expect(first, JSON.stringify(first)).to.include({ status: 'success' });
    expect(first.counts).to.include({ imported: rowCount, rejected: 0 });
    const again = await runOnce(services, connector);
    expect(again.counts).to.include({ listed: 0, imported: 0, updated: 0 });
    expect(again.items).to.include({ unchanged: 1, done: 0 });
    // The same rows once more, and more of them: another version of the file, and a copy under another name.
    await system().write('twice/calls.csv', rows(0, rowCount + 1));
    await system().write('twice/copy.csv', rows(0, rowCount));
    const changed = await runOnce(services, connector);
    expect(changed.counts).to.include({ imported: 1, updated: 0, duplicate: 2 * rowCount });
    expect(await stored(connector)).to.equal(rowCount + 1);
  });

  it('a slow writer whose pauses are shorter than the wait is never read in part', async function () {
    this.timeout(60_000);
    const append = needed(system().append, 'files of this system appear whole', this);
    const connector = await connect(await system().below('slow', { stable_seconds: stableSeconds }));
    const pieces = cutUp(rows(0, rowCount), pieceCount);
    await system().write('slow/calls.csv', pieces.shift() ?? new Uint8Array(0));
    let isWriting = true;
    const writing = (async () => {
      for (const piece of pieces) {
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        await append('slow/calls.csv', piece);
      }
      isWriting = false;
    })();
    let waited = 0;
    for (;;) {
      const began = isWriting;
      const { items, counts } = await runOnce(services, connector);
      expect(items.failed).to.equal(0);
      expect(counts.rejected).to.equal(0);
      waited += items.waiting;
      expect(await stored(connector)).to.be.oneOf([0, rowCount]);
      if (!began) break;
    }
    await writing;
    expect(waited).to.be.greaterThan(0);
    expect(await stored(connector)).to.equal(rowCount);
    expect((await runOnce(services, connector)).counts.listed).to.equal(0);
  });

  it('with move and delete, what was read is gone from its place and is not read again', async () => {
    for (const after_success of ['move', 'delete']) {
      const place = `after-${after_success}`;
      const connector = await connect(await system().below(place, { after_success }));
      await system().write(`${place}/calls.csv`, rows(0, rowCount));
      expect((await runOnce(services, connector)).counts.imported).to.equal(rowCount);
      const left = (await system().files()).filter((name) => name.startsWith(place) && name.endsWith('.csv'));
      expect(left).to.deep.equal(after_success === 'move' ? [`${place}/processed/calls.csv`] : []);
      expect((await runOnce(services, connector)).items.listed).to.equal(0);
    }
  });
}

function rows(from: number, to: number): Buffer {
  const lines = Array.from({ length: to - from }, (_, i) => `C-${from + i},CHAT,"Agent: hello ${from + i}"\n`);
  return Buffer.from(`external_interaction_id,channel_type,transcript_text\n${lines.join('')}`);
}

/** Pieces that end anywhere, also within a row. */
function cutUp(content: Buffer, count: number): Buffer[] {
  const length = Math.ceil(content.length / count);
  return Array.from({ length: count }, (_, i) => content.subarray(i * length, (i + 1) * length));
}
