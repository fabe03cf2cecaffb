import { expect } from 'chai';
import type { AfterSuccess } from '../../../server/connectors/connector.ts';
import { collect, itemOf, openSource, rejects, type Setup } from './contract-kit.ts';

const content = Buffer.from('a\n1\n');

/** What is done with an item whose rows are stored. */
export function finishContract({ type, system }: Setup): void {
  const finish = async (place: string, key: string, action: AfterSuccess, more: object = {}): Promise<void> => {
    await using source = await openSource(type, await system().below(place, { after_success: action, ...more }));
    const act = source.finish?.bind(source);
    if (!act) throw new Error(`${type.id} cannot move or delete what it has read`);
    await act(await itemOf(source, key), action);
  };
  const filesOf = async (place: string): Promise<string[]> =>
    (await system().files()).filter((name) => name.startsWith(`${place}/`)).sort();
  const put = async (place: string, ...names: string[]): Promise<void> => {
    await system().below(place);
    for (const name of names) await system().write(`${place}/${name}`, content);
  };

  it('moves a file into the folder for those that were read, which it makes, and no longer lists it', async () => {
    await put('move', 'a.csv', 'b.csv');
    await finish('move', 'a.csv', 'move', { processed_directory: 'done/2026' });
    expect(await filesOf('move'))
      .to.include.members(['move/b.csv', 'move/done/2026/a.csv'])
      .and.not.include('move/a.csv');
    expect(Buffer.from(await system().content('move/done/2026/a.csv')).equals(content)).to.equal(true);
    await using source = await openSource(type, await system().below('move', { processed_directory: 'done/2026' }));
    expect((await collect(source)).map(({ key }) => key)).to.deep.equal(['b.csv']);
  });

  it('moves every file of the same name; none replaces another', async () => {
    for (let day = 1; day <= 5; day++) {
      await put('daily');
      await system().write('daily/calls.csv.gz', Buffer.from(`day ${day}`));
      await finish('daily', 'calls.csv.gz', 'move');
    }
    const moved = (await filesOf('daily')).filter((name) => name.endsWith('.gz'));
    expect(moved).to.deep.equal(
      ['-2.csv.gz', '-3.csv.gz', '-4.csv.gz', '-5.csv.gz', '.csv.gz'].map((end) => `daily/processed/calls${end}`),
    );
    expect(Buffer.from(await system().content('daily/processed/calls-4.csv.gz')).toString()).to.equal('day 4');
  });

  it('deletes a file, and no other', async () => {
    await put('delete', 'a.csv', 'b.csv');
    await finish('delete', 'a.csv', 'delete');
    expect(await filesOf('delete')).to.deep.equal(['delete/b.csv']);
  });

  it('takes a done marker with its file, so that it cannot speak for the next one', async () => {
    for (const action of ['move', 'delete'] as const) {
      await put(`marked-${action}`, 'a.csv', 'a.csv.done');
      await finish(`marked-${action}`, 'a.csv', action, { done_marker: '.done' });
      const left = (await filesOf(`marked-${action}`)).filter((name) => !name.includes('/processed'));
      expect(left).to.deep.equal([]);
    }
  });

  it('leaves a file that is another by now', async () => {
    for (const action of ['move', 'delete'] as const) {
      await put('kept', 'a.csv');
      await using source = await openSource(type, await system().below('kept'));
      const item = await itemOf(source, 'a.csv');
      await system().write('kept/a.csv', Buffer.from('a\n1\nanother\n'));
      await rejects(Promise.resolve(source.finish?.(item, action)), 'item_changed');
      expect(await filesOf('kept')).to.deep.equal(['kept/a.csv']);
    }
  });

  it('a file that is gone already is done', async () => {
    await put('gone', 'a.csv');
    await using source = await openSource(type, await system().below('gone'));
    const item = await itemOf(source, 'a.csv');
    for (const action of ['delete', 'delete', 'move'] as const) await source.finish?.(item, action);
    expect((await filesOf('gone')).filter((name) => name.endsWith('.csv'))).to.deep.equal([]);
  });
}
