import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { metadataKeyIn } =
  await widgetModule<typeof import('../../../widget/report/column-groups.ts')>('report/column-groups.ts');

const groups = [
  { title: 'Interaction and analysis', columns: [{ column: 'final_score', title: 'Final score' }] },
  { title: 'Metadata', columns: [{ column: 'metadata.team_name', title: 'Team' }] },
];

describe('the columns that a report may have', () => {
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
