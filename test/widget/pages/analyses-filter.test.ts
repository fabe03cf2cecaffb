import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { addressOf, contradiction, filterOf, isFiltered, isSameFilter, withMetadata } =
  await widgetModule<typeof import('../../../widget/pages/analyses-filter.ts')>('pages/analyses-filter.ts');
const { partsOf } = await widgetModule<typeof import('../../../widget/pages/analyses-filter-parts.ts')>(
  'pages/analyses-filter-parts.ts',
);

const profile = '018f2c6e-0000-7000-8000-0123456789ab';
const full = {
  ...{
    search: 'CALL-1',
    from: '2026-11-01',
    to: '2026-11-30',
    profile,
    status: ['completed' as const, 'failed' as const],
  },
  ...{ min_percentage: 12.5, max_percentage: 100, min_score: -3, max_score: 0 },
  metadata: { product: ['a & b=c', ''], 'team, of "all"': ['north', 'ünï'] },
};
const read = (address: string) => filterOf(new URL(address, 'http://localhost').searchParams);

describe('the filter of the Analysis List', () => {
  it('says in an address all that it holds, and reads it back', () => {
    const address = addressOf(full);
    expect(address).to.contain('status=completed,failed').and.contain('min=12.5').and.contain('metadata.product=');
    expect(read(address)).to.deep.equal(full);
    expect(read(`/analyses?profile=${profile.toUpperCase()}`)).to.deep.equal({ profile });
  });

  it('is a bare address where nothing is filtered', () => {
    expect(addressOf({})).to.equal('/analyses');
    expect(filterOf(new URLSearchParams())).to.deep.equal({});
    expect(isFiltered({})).to.equal(false);
    expect(isFiltered({ min_score: 0 })).to.equal(true);
  });

  it('is the same whatever the order in which it was chosen', () => {
    const one = withMetadata(withMetadata({ status: ['completed', 'failed'] }, 'b', ['1']), 'a', ['2', '2']);
    const other = withMetadata(withMetadata({ status: ['failed', 'completed'] }, 'a', ['2']), 'b', ['1']);
    expect(isSameFilter(one, other)).to.equal(true);
    expect(isSameFilter(one, withMetadata(other, 'b', []))).to.equal(false);
    expect(withMetadata({ metadata: { a: ['1'] } }, 'a', [])).to.deep.equal({});
  });

  it('leaves out what no filter can be', () => {
    const wrong =
      'from=2026-02-30&to=x&profile=1&status=gone&min=101&max=-1&min-points=x&max-points=&search=+&metadata.=1';
    expect(filterOf(new URLSearchParams(wrong))).to.deep.equal({});
  });

  it('says why nothing can match', () => {
    expect(contradiction(full)).to.equal('');
    expect(contradiction({ from: '2026-11-02', to: '2026-11-01' })).to.match(/last day is before/);
    expect(contradiction({ min_percentage: 50, max_percentage: 49 })).to.match(/percentage/);
    expect(contradiction({ min_score: 1, max_score: 0 })).to.match(/points/);
  });
});

describe('the filter of the Analysis List in words', () => {
  const names = {
    profiles: [{ uid: profile, name: 'Basics', version: 1 }],
    fields: [{ key: 'product', display_name: 'Product', data_type: 'string' as const, preparing_percent: null }],
  };
  const words = (filter: Parameters<typeof partsOf>[0]) => partsOf(filter, names).map((part) => part.words);

  it('tells each condition', () => {
    expect(words(full)).to.deep.equal([
      'External id “CALL-1” or beginning with it',
      'From 1 Nov 2026 until 30 Nov 2026',
      'Quality profile Basics',
      'Status Completed or Failed',
      'Score 12.5 % to 100 %',
      'Points -3 to 0',
      'Product “a & b=c” or empty',
      'Team, of "all" “north” or “ünï”',
    ]);
    const many = { metadata: { product: ['a', 'b', 'c', 'd', 'e'] } };
    expect(words(many)).to.deep.equal(['Product “a”, “b” or “c”, or 2 more']);
    expect(partsOf({ profile }, { profiles: undefined, fields: undefined })[0]?.words).to.equal('Quality profile …');
  });

  it('leaves all the others when one is taken away, and nothing when all are', () => {
    for (const { words: taken, without } of partsOf(full, names))
      expect(words(without)).to.deep.equal(words(full).filter((other) => other !== taken));
    let filter: Parameters<typeof partsOf>[0] = full;
    for (let part = partsOf(filter, names)[0]; part; part = partsOf(filter, names)[0]) filter = part.without;
    expect(filter).to.deep.equal({});
  });
});
