import { appendFileSync, existsSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { listWaitingItems } from '../../../../db/queries/waiting-items.ts';
import { runImport } from '../../../../server/pipeline/import/import.ts';
import type { ExecutionRun } from '../../../../server/pipeline/run.ts';
import type { Services } from '../../../../server/services.ts';
import type { ErrorCode } from '../../../../shared/error.ts';
import { interactionStatuses } from '../../../../shared/interaction.ts';
import { testServices } from '../../../harness/services.ts';
import { processedFolder } from './folder-source.ts';
import { type ImportKit, importKit, rowsOf } from './import-kit.ts';
import { claimRun, endExecution, startExecution } from './import-run.ts';

const header = 'external_interaction_id,channel_type,transcript_text';
const none = { listed: 0, imported: 0, updated: 0, duplicate: 0, rejected: 0 };

/** Does something when the run has listed and begins to store. */
function beforeStoring(act: () => void): (run: ExecutionRun) => void {
  return (run) => {
    run.step = async (name) => {
      if (name === 'store') act();
    };
  };
}

let services: Services;
before(async () => {
  services = await testServices();
});
after(() => services.close());

async function select(sql: string, ...values: unknown[]): Promise<RowDataPacket[]> {
  return (await services.database.pool.query<RowDataPacket[]>(sql, values))[0];
}

describe('items that are not complete', () => {
  it('one that changes between listing and reading waits, and is imported whole by the next run, once', async () => {
    const kit = await importKit(services);
    kit.put('a.csv', rowsOf(10));
    kit.put('b.csv', 'external_interaction_id,channel_type,transcript_text\nB,CHAT,x\n');
    const first = await kit.run(beforeStoring(() => appendFileSync(join(kit.directory, 'a.csv'), 'C-10,CHAT,x,y\n')));
    expect(first).to.deep.include({
      status: 'success',
      note: '1 waiting',
      counts: { ...none, listed: 1, imported: 1 },
    });
    expect(first.items).to.deep.equal({ listed: 2, done: 1, unchanged: 0, waiting: 1, failed: 0 });
    const second = await kit.run();
    expect(second.counts).to.deep.equal({ ...none, listed: 11, imported: 11 });
    expect(second.items).to.deep.equal({ listed: 2, done: 1, unchanged: 1, waiting: 0, failed: 0 });
    expect((await kit.run()).items).to.deep.equal({ listed: 2, done: 0, unchanged: 2, waiting: 0, failed: 0 });
  });

  it('one that waited and turns out to be the same after all is read by the next run', async () => {
    const kit = await importKit(services);
    kit.put('a.csv', rowsOf(3));
    const path = join(kit.directory, 'a.csv');
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    await kit.run(beforeStoring(() => utimesSync(path, 1_700_000_001, 1_700_000_001)));
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    expect((await kit.run()).counts).to.deep.equal({ ...none, listed: 3, imported: 3 });
  });

  it('are kept with the reason, for the console, and are no failure; nothing new is still said to be that', async () => {
    const kit = await importKit(services);
    kit.put('b.csv.part', 'half');
    kit.put('a.csv.part', 'hal');
    const { status, note, items, executionId } = await kit.run();
    expect({ status, note, waiting: items.waiting }).to.deep.equal({
      status: 'success',
      note: 'no_data, 2 waiting',
      waiting: 2,
    });
    expect(await listWaitingItems(services.database.pool, kit.accountId, executionId)).to.deep.equal([
      { key: 'a.csv.part', size: 3, reason: 'still being written' },
      { key: 'b.csv.part', size: 4, reason: 'still being written' },
    ]);
    expect(await listWaitingItems(services.database.pool, kit.accountId + 1, executionId)).to.deep.equal([]);
  });

  it('stand in the note beside what the source says that it left out', async () => {
    const kit = await importKit(services, { notes: ['2 calls left out (without a recording)'] });
    kit.put('a.csv', rowsOf(3));
    kit.put('b.csv.part', 'half');
    const { note } = await kit.run();
    expect(note).to.equal('1 waiting, 2 calls left out (without a recording)');
  });

  it('are kept as many as somebody reads, and counted all', async () => {
    const kit = await importKit(services);
    for (let index = 0; index < 1100; index++) kit.put(`${index}.csv.part`, '');
    const { items, executionId } = await kit.run();
    expect(items.waiting).to.equal(1100);
    expect(await listWaitingItems(services.database.pool, kit.accountId, executionId)).to.have.length(1000);
  });

  it('nothing is read before stable_seconds have passed since it was listed', async () => {
    const kit = await importKit(services, { stable_seconds: 0.4 });
    kit.put('a.csv', rowsOf(3));
    let beganAtMs = 0;
    const { counts } = await kit.run((run) => {
      run.step = async (name) => {
        if (name === 'list') beganAtMs = performance.now();
      };
    });
    expect(counts.imported).to.equal(3);
    expect(performance.now() - beganAtMs).to.be.greaterThan(390);
  });
});

describe('the order of items', () => {
  it('is that of their keys, whatever order they were listed in', async () => {
    const kit = await importKit(services);
    for (const name of ['c', 'a', 'b', 'Z'])
      kit.put(
        `${name}.csv`,
        rowsOf(1, () => name),
      );
    await kit.run();
    const [row] = await kit.interactions();
    expect(row?.transcript_text).to.equal('c');
    const items = await select(
      'SELECT item_key, imported, updated FROM source_item WHERE account_id = ? ORDER BY item_key',
      kit.accountId,
    );
    expect(items.map((item) => [item.item_key.toString(), item.imported, item.updated])).to.deep.equal([
      ['Z.csv', 1, 0],
      ['a.csv', 0, 1],
      ['b.csv', 0, 1],
      ['c.csv', 0, 1],
    ]);
  });

  it('and what is known of their size and time is kept', async () => {
    const kit = await importKit(services);
    kit.put('a.csv', 'external_interaction_id,channel_type\n');
    utimesSync(join(kit.directory, 'a.csv'), 1_700_000_000, 1_700_000_000);
    await kit.run();
    const [item] = await select('SELECT byte_size, modified_at FROM source_item WHERE account_id = ?', kit.accountId);
    expect({ ...item }).to.deep.equal({ byte_size: 37, modified_at: new Date(1_700_000_000_000) });
  });
});

describe('what becomes of a file that was read', () => {
  const statesOf = async (kit: ImportKit) =>
    (
      await select(
        'SELECT item_key, after_state FROM source_item WHERE account_id = ? ORDER BY item_key',
        kit.accountId,
      )
    ).map((row) => [row.item_key.toString(), row.after_state]);

  it('move puts it away once its rows are stored; a failed one stays', async () => {
    const kit = await importKit(services, { after_success: 'move' });
    kit.put('good.csv', rowsOf(2));
    kit.put('bad.csv', 'no,columns\n');
    const phases: string[] = [];
    await kit.run((run) => {
      run.step = async (name) => void phases.push(name);
      run.delivering = async () => void phases.push('delivering');
    });
    expect(phases).to.deep.equal(['list', 'store', 'delivering', 'deliver']);
    expect(readdirSync(kit.directory)).to.deep.equal(['bad.csv']);
    expect(readdirSync(processedFolder(kit.directory))).to.deep.equal(['good.csv']);
    expect(await statesOf(kit)).to.deep.equal([
      ['bad.csv', null],
      ['good.csv', 'done'],
    ]);
  });

  it('delete deletes it, and the same name may come again', async () => {
    const kit = await importKit(services, { after_success: 'delete' });
    for (const count of [2, 5]) {
      kit.put('a.csv', rowsOf(count));
      await kit.run();
      expect(readdirSync(kit.directory)).to.deep.equal([]);
    }
    expect(await kit.interactions()).to.have.length(5);
  });

  it('one with rejected rows is never deleted; it is moved unless all of them were rejected; the note says so', async () => {
    for (const [action, kept] of [
      ['delete', ['all.csv', 'some.csv']],
      ['move', ['all.csv']],
    ] as const) {
      const kit = await importKit(services, { after_success: action });
      kit.put('all.csv', `${header}\nA,CHAT,\n`);
      kit.put('some.csv', `${header}\nA,CHAT,x\nB,CHAT,\n`);
      kit.put('none.csv', `${header}\nA,CHAT,x\n`);
      const { note } = await kit.run();
      expect(readdirSync(kit.directory).sort()).to.deep.equal(kept);
      expect(note).to.contain(
        kept.length === 1 ? '1 file kept: some of its rows were rejected' : '2 files kept: some of their rows were',
      );
      const states = Object.fromEntries(await statesOf(kit));
      expect(states).to.deep.equal({ 'all.csv': 'kept', 'none.csv': 'done', 'some.csv': kept[1] ? 'kept' : 'done' });
      expect((await kit.run()).note).to.equal('no_data');
    }
  });

  it('one that was replaced since is left, and imported by the next run', async () => {
    const kit = await importKit(services, { after_success: 'delete' });
    kit.put('a.csv', rowsOf(2));
    await kit.run((run) => {
      run.step = async (name) => {
        if (name === 'deliver') kit.put('a.csv', rowsOf(3));
      };
    });
    expect((await statesOf(kit))[0]).to.deep.equal(['a.csv', 'kept']);
    expect((await kit.run()).counts).to.deep.include({ imported: 1, duplicate: 2 });
    expect(existsSync(join(kit.directory, 'a.csv'))).to.equal(false);
  });

  it('one that is gone already, as after a kill right behind the move, is done', async () => {
    const kit = await importKit(services, { after_success: 'move' });
    kit.put('a.csv', rowsOf(2));
    const { note } = await kit.run((run) => {
      run.step = async (name) => {
        if (name === 'deliver') rmSync(join(kit.directory, 'a.csv'));
      };
    });
    expect(note).to.equal(undefined);
    expect(await statesOf(kit)).to.deep.equal([['a.csv', 'done']]);
  });

  it('what cannot be moved is told beside a success, and tried again by the next run', async () => {
    const kit = await importKit(services, { after_success: 'move' });
    kit.put('stuck-1.csv', rowsOf(2));
    kit.put('stuck-2.csv', rowsOf(2));
    const first = await kit.run();
    expect(first.status).to.equal('success');
    expect(first.note).to.match(/^2 files could not be moved: The file may not be moved/);
    expect((await kit.run()).note).to.match(/^no_data, 2 files could not be moved/);
    expect((await statesOf(kit)).map(([, state]) => state)).to.deep.equal(['failed', 'failed']);
  });

  it('a run that is stopped before it moved anything is gone on with, by itself or by the next run', async () => {
    for (const isSame of [true, false]) {
      const kit = await importKit(services, { after_success: 'move' });
      kit.put('a.csv', rowsOf(2));
      kit.put('b.csv', rowsOf(4));
      const id = await startExecution(services, kit.accountId);
      const run = await claimRun(services, kit.connector, id);
      run.delivering = () => Promise.reject(new Error('killed'));
      const thrown = await runImport(run).catch((error: unknown) => error);
      expect(thrown)
        .to.have.property('message')
        .that.matches(/wrong inside|killed/);
      expect((await statesOf(kit)).map(([, state]) => state)).to.deep.equal(['pending', 'pending']);
      if (isSame) await runImport(await claimRun(services, kit.connector, id));
      else {
        await endExecution(services, id);
        await kit.run();
      }
      expect(readdirSync(kit.directory)).to.deep.equal([]);
      expect(await kit.interactions()).to.have.length(4);
    }
  });
});

describe('a file where one was moved or deleted before', () => {
  const put = (kit: ImportKit, content: string) => {
    kit.put('a.csv', content);
    utimesSync(join(kit.directory, 'a.csv'), 1_700_000_000, 1_700_000_000);
  };
  const ledger = (kit: ImportKit) =>
    select('SELECT execution_id, imported, updated FROM source_item WHERE account_id = ? ORDER BY id', kit.accountId);

  for (const action of ['move', 'delete'])
    it(`is new after a ${action} even if it is of the same size and time, and leaves the older run's counts`, async () => {
      const kit = await importKit(services, { after_success: action });
      const ids: Buffer[] = [];
      for (const [index, text] of ['one', 'two', 'six'].entries()) {
        put(
          kit,
          rowsOf(2, () => text),
        );
        const { items, counts, executionId } = await kit.run();
        expect(items).to.deep.equal({ listed: 1, done: 1, unchanged: 0, waiting: 0, failed: 0 });
        expect(counts).to.deep.include(index === 0 ? { listed: 2, imported: 2 } : { listed: 2, updated: 2 });
        ids.push(executionId);
        expect(readdirSync(kit.directory)).to.deep.equal([]);
      }
      expect((await kit.interactions()).map((row) => row.transcript_text)).to.deep.equal(['six', 'six']);
      expect((await ledger(kit)).map((row) => ({ ...row }))).to.deep.equal([
        { execution_id: ids[0], imported: 2, updated: 0 },
        { execution_id: ids[1], imported: 0, updated: 2 },
        { execution_id: ids[2], imported: 0, updated: 2 },
      ]);
    });

  it('is read where it came before the same run was taken up again', async () => {
    const kit = await importKit(services, { after_success: 'delete' });
    const id = await startExecution(services, kit.accountId);
    for (const [index, text] of ['one', 'two', 'six'].entries()) {
      put(
        kit,
        rowsOf(2, () => text),
      );
      const { items } = await runImport(await claimRun(services, kit.connector, id));
      expect(items).to.deep.equal({ listed: index + 1, done: index + 1, unchanged: 0, waiting: 0, failed: 0 });
    }
    expect((await kit.interactions()).map((row) => row.transcript_text)).to.deep.equal(['six', 'six']);
  });

  it('that could not be read is read by the next run, and one that stayed is not', async () => {
    const kit = await importKit(services, { after_success: 'delete' });
    put(kit, rowsOf(2));
    await kit.run();
    put(kit, rowsOf(2).replace('external_interaction_id', 'external_interaction_xx'));
    expect((await kit.run()).items).to.deep.include({ failed: 1 });
    put(
      kit,
      rowsOf(2, (index) => `Agent: hullo ${index}`),
    );
    expect((await kit.run()).counts).to.deep.include({ updated: 2 });
    const leaving = await importKit(services);
    leaving.put('a.csv', rowsOf(2));
    await leaving.run();
    expect((await leaving.run()).items).to.deep.include({ done: 0, unchanged: 1 });
  });
});

describe('a file with more rejected rows than max_rejected_percent', () => {
  for (const action of ['move', 'delete'])
    it(`stays where it is, whatever later runs ${action}`, async () => {
      const kit = await importKit(services, { after_success: action, max_rejected_percent: 10 });
      kit.put('bad.csv', `${rowsOf(2)}broken,row\nbroken,too\n`);
      expect(await kit.run()).to.deep.include({ status: 'handler_failed' });
      kit.put('good.csv', rowsOf(3));
      expect(await kit.run()).to.deep.include({ status: 'success' });
      expect(await kit.run()).to.deep.include({ status: 'success' });
      expect(readdirSync(kit.directory)).to.deep.equal(['bad.csv']);
    });
});

describe('a backfill', () => {
  const range = { from: new Date('2026-11-01T00:00:00Z'), to: new Date('2026-11-03T00:00:00Z') };
  const ofDay = (kit: ImportKit, name: string, day: string, rows: string) => {
    kit.put(name, rows);
    utimesSync(join(kit.directory, name), new Date(day), new Date(day));
  };

  it('reads again what changed within its days, whatever was read of it, and nothing else; known rows are duplicates', async () => {
    const kit = await importKit(services);
    ofDay(kit, 'before.csv', '2026-10-31T23:59:59Z', rowsOf(1));
    ofDay(kit, 'first.csv', '2026-11-01T00:00:00Z', rowsOf(20));
    ofDay(kit, 'after.csv', '2026-11-03T00:00:00Z', rowsOf(1));
    await kit.run();
    ofDay(kit, 'new.csv', '2026-11-02T12:00:00Z', rowsOf(21));
    for (const imported of [1, 0]) {
      const { items, counts } = await kit.run((run) => {
        run.range = range;
      });
      expect(items).to.deep.equal({ listed: 2, done: 2, unchanged: 0, waiting: 0, failed: 0 });
      expect(counts).to.deep.equal({ ...none, listed: 41, imported, duplicate: 41 - imported });
    }
    expect(await kit.interactions()).to.have.length(21);
  });

  it('that is run again after it was stopped goes on where it was', async () => {
    const kit = await importKit(services);
    ofDay(kit, 'a.csv', '2026-11-01T10:00:00Z', rowsOf(10));
    await kit.run();
    const id = await startExecution(services, kit.accountId);
    for (let attempt = 0; attempt < 2; attempt++) {
      const run = await claimRun(services, kit.connector, id);
      run.range = range;
      const { items, counts } = await runImport(run);
      expect([items.done, items.listed, counts.duplicate]).to.deep.equal([1, 1, 10]);
    }
  });

  it('moves what it read, too', async () => {
    const kit = await importKit(services, { after_success: 'move' });
    ofDay(kit, 'a.csv', '2026-11-01T10:00:00Z', rowsOf(10));
    await kit.run((run) => {
      run.range = range;
    });
    expect(readdirSync(processedFolder(kit.directory))).to.deep.equal(['a.csv']);
  });
});

describe('what could not be had of an interaction', () => {
  const words = 'Failed recordings or transcripts of 1 interaction are fetched again';

  /** Has imported an interaction whose transcript failed with this code; says of which execution. */
  async function failedWith(kit: ImportKit, code: ErrorCode): Promise<Buffer> {
    kit.put('a.csv', 'external_interaction_id,channel_type,transcript_url\nA,CHAT,a.txt\n');
    const { executionId } = await kit.run();
    const [interaction] = await kit.interactions();
    await select(
      'UPDATE interaction SET status = ?, transcript_failure = ? WHERE id = ?',
      ...[interactionStatuses.indexOf('failed'), JSON.stringify({ code, message: 'no' }), interaction?.id],
    );
    await select(
      'INSERT INTO failed_transcript (interaction_id, account_id, connector_id, execution_id) VALUES (?, ?, ?, ?)',
      ...[interaction?.id, kit.accountId, kit.connector.id, executionId],
    );
    return executionId;
  }

  /** What a run says in its log and in its steps. */
  async function toldBy(kit: ImportKit, retryOf?: Buffer): Promise<(string | undefined)[]> {
    const told: (string | undefined)[] = [];
    await kit.run((run) => {
      if (retryOf) run.retryOf = retryOf;
      run.log = (_, message) => told.push(message);
      run.step = async (_, message) => {
        told.push(message);
      };
    });
    return told;
  }

  it('is fetched again by the next run, whose log and steps say so in the same words', async () => {
    const kit = await importKit(services);
    await failedWith(kit, 'http_unavailable');
    expect(await toldBy(kit)).to.include.members([`${words}.`, `Storing the rows of new items. ${words}`]);
  });

  // Whoever is told of the failure would else be told of the same again with every upload to an inbox.
  for (const code of ['internal', 'sealed_data_damaged', 'database_failed'] as const)
    it(`is left by the next run where it failed inside the program (${code}), and fetched by a retry`, async () => {
      const kit = await importKit(services);
      const executionId = await failedWith(kit, code);
      expect(await toldBy(kit))
        .to.include('Storing the rows of new items')
        .and.not.include(`${words}.`);
      expect(await toldBy(kit, executionId)).to.include(`${words}.`);
    });
});
