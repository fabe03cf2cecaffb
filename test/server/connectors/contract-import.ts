import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { type LoadedConnector, loadConnector } from '../../../server/connectors/load.ts';
import type { Services } from '../../../server/services.ts';
import { addConnector } from '../../harness/connectors.ts';
import { eventually } from '../../harness/eventually.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { runOnce as runImportOnce } from '../pipeline/import/import-kit.ts';
import { ability, type Setup } from './contract-kit.ts';
import type { OutsideSystem } from './fixture.ts';

type Json = Record<string, unknown>;

/** A connector, and the services that import what it reads. */
interface Connected {
  services: Services;
  connector: LoadedConnector;
}

const rowCount = 500;
const stableSeconds = 4;
const pauseMs = 250;
const pieceCount = 14;

/** The real pipeline and database with this type's items: each row comes once, and only when it is whole. */
export function importContract({ type, system }: Setup): void {
  let ownServices: Services;
  before(async () => {
    ownServices = await testServices();
  });
  after(() => ownServices.close());

  const connect = async (config: Json): Promise<Connected> => {
    const home = system().home?.(config) ?? { services: ownServices, accountId: (await testAccount(ownServices)).id };
    const { services, accountId } = home;
    const id = await addConnector(services, accountId, { type: type.id, config });
    const connector = await loadConnector(services.database, services.keyring, accountId, id);
    return { services, connector };
  };
  const runOnce = ({ services, connector }: Connected) => runImportOnce(services, connector);
  const stored = async ({ services, connector: { accountId } }: Connected): Promise<number> => {
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      'SELECT COUNT(*) AS count FROM interaction WHERE account_id = ?',
      [accountId],
    );
    return Number(rows[0]?.count);
  };

  it('the same thing imported twice gives no new row', async () => {
    const connected = await connect(await system().below('twice'));
    await system().write('twice/calls.csv', rows(0, rowCount));
    const first = await runOnce(connected);
    expect(first, JSON.stringify(first)).to.include({ status: 'success' });
    expect(first.counts).to.include({ imported: rowCount, rejected: 0 });
    const again = await runOnce(connected);
    expect(again.counts).to.include({ listed: 0, imported: 0, updated: 0 });
    expect(again.items).to.include({ unchanged: 1, done: 0 });
    // The same rows once more, and more of them: another version of the file, and a copy under another name.
    await system().write('twice/calls.csv', rows(0, rowCount + 1));
    await system().write('twice/copy.csv', rows(0, rowCount));
    const changed = await runOnce(connected);
    expect(changed.counts).to.include({ imported: 1, updated: 0, duplicate: 2 * rowCount });
    expect(await stored(connected)).to.equal(rowCount + 1);
  });

  it('a slow writer whose pauses are shorter than the wait is never read in part', async function () {
    const write =
      system().writeSlowly ??
      appendSlowly(system(), ability(system(), 'append', 'files of this system appear whole', this));
    const connected = await connect(await system().below('slow', { stable_seconds: stableSeconds }));
    const pieces = cutUp(rows(0, rowCount), pieceCount);
    let isWriting = true;
    const writing = write('slow/calls.csv', pieces, pauseMs).then(() => {
      isWriting = false;
    });
    const isThere = async () => (await system().files()).includes('slow/calls.csv');
    await eventually('its beginning is there', isThere);
    let waited = 0;
    for (;;) {
      const began = isWriting;
      const { items, counts } = await runOnce(connected);
      expect(items.failed).to.equal(0);
      expect(counts.rejected).to.equal(0);
      waited += items.waiting;
      expect(await stored(connected)).to.be.oneOf([0, rowCount]);
      if (!began) break;
    }
    await writing;
    expect(waited).to.be.greaterThan(0);
    expect(await stored(connected)).to.equal(rowCount);
    expect((await runOnce(connected)).counts.listed).to.equal(0);
  });

  it('with move and delete, what was read is gone from its place and is not read again', async () => {
    for (const after_success of ['move', 'delete']) {
      const place = `after-${after_success}`;
      const connected = await connect(await system().below(place, { after_success }));
      await system().write(`${place}/calls.csv`, rows(0, rowCount));
      expect((await runOnce(connected)).counts.imported).to.equal(rowCount);
      const left = (await system().files()).filter((name) => name.startsWith(place) && name.endsWith('.csv'));
      expect(left).to.deep.equal(after_success === 'move' ? [`${place}/processed/calls.csv`] : []);
      expect((await runOnce(connected)).items.listed).to.equal(0);
    }
  });
}

/** By adding to a file in its place. */
function appendSlowly(system: OutsideSystem, append: NonNullable<OutsideSystem['append']>) {
  return async (name: string, [first = new Uint8Array(0), ...others]: readonly Uint8Array[], pauseMs: number) => {
    await system.write(name, first);
    for (const piece of others) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await append(name, piece);
    }
  };
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
