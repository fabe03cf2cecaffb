import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { columnGroups, metadataKeyIn } =
  await widgetModule<typeof import('../../../widget/report/column-groups.ts')>('report/column-groups.ts');

const groups = [
  { title: 'Interaction and analysis', columns: [{ column: 'final_score', title: 'Final score' }] },
  { title: 'Metadata', columns: [{ column: 'metadata.team_name', title: 'Team' }] },
];

const category = (quality_profile: string, name: string) => ({
  ...{ column: `category.${name}.final_score`, title: `${name}: final score`, quality_profile },
});
const choices = {
  ...{ fields: [], metadata: [], scores: [], kpis: [], metrics: [], defaults: [] },
  categories: [category('Basics', 'Conduct'), category('Sales', 'Conduct'), category('Sales', 'Offer')],
};

describe('the columns that a report may have', () => {
  it('have the categories of the profile that was chosen, or those of all, each once', () => {
    const names = (profile: string) =>
      columnGroups(choices, profile).map(({ title, columns }) => [title, ...columns.map((each) => each.title)]);
    expect(names('')).to.deep.equal([['Category scores', 'Conduct: final score', 'Offer: final score']]);
    expect(names('Basics')).to.deep.equal([['Category scores', 'Conduct: final score']]);
  });

  it('are more than those that are known: any key of metadata, with its prefix or without', () => {
    expect(metadataKeyIn(groups, ' branch ')).to.equal('branch');
    expect(metadataKeyIn(groups, 'metadata.branch')).to.equal('branch');
    expect(metadataKeyIn(groups, 'team'), 'a part of another key').to.equal('team');
  });

  it('offer no key twice', () => {
    for (const typed of ['team_name', 'metadata.team_name', 'final_score', 'metadata.', ' '])
      expect(metadataKeyIn(groups, typed), typed).to.equal(undefined);
  });
});
