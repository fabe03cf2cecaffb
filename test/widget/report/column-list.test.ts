import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { isChosen, withColumnMoved, withColumns, withHeading, withoutColumnAt, withoutColumns } =
  await widgetModule<typeof import('../../../widget/report/column-list.ts')>('report/column-list.ts');

const columns = ['agent_name', 'final_score', { column: 'max_score', header: 'Most' }, 'kpi.A.B.answer'];

describe("a report's columns", () => {
  it('are moved to any place, and no other changes its order', () => {
    expect(withColumnMoved(['a', 'b', 'c', 'd'], 0, 2)).to.deep.equal(['b', 'c', 'a', 'd']);
    expect(withColumnMoved(['a', 'b', 'c', 'd'], 3, 0)).to.deep.equal(['d', 'a', 'b', 'c']);
    expect(withColumnMoved(['a', 'b'], 1, 1)).to.deep.equal(['a', 'b']);
  });

  it('are known as chosen with and without the prefix of metadata', () => {
    expect(isChosen(columns, 'metadata.agent_name')).to.equal(true);
    expect(isChosen(columns, 'agent_name')).to.equal(true);
    expect(isChosen(columns, 'metadata.final_score')).to.equal(false);
    expect(isChosen(columns, 'kpi.A.B.answer')).to.equal(true);
    expect(withoutColumns(columns, ['metadata.agent_name', 'max_score'])).to.deep.equal([
      'final_score',
      'kpi.A.B.answer',
    ]);
  });

  it('are added once, metadata under its key as long as no other column is called so', () => {
    const key = { column: 'metadata.team_name', header: 'team_name' };
    expect(withColumns(['final_score'], ['metadata.team_name', 'final_score', 'team_name'])).to.deep.equal([
      'final_score',
      key,
    ]);
    expect(withColumns(['final_score'], ['metadata.final_score'])).to.deep.equal([
      'final_score',
      'metadata.final_score',
    ]);
  });

  it('have a heading of their own until it is emptied', () => {
    const named = withHeading(columns, 1, 'Points');
    expect(named[1]).to.deep.equal({ column: 'final_score', header: 'Points' });
    expect(withHeading(named, 1, '')).to.deep.equal(columns);
    expect(withoutColumnAt(columns, 2)).to.deep.equal(['agent_name', 'final_score', 'kpi.A.B.answer']);
  });
});
