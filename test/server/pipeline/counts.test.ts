import { expect } from 'chai';
import { requireSums } from '../../../server/pipeline/counts.ts';

const items = { listed: 4, done: 1, unchanged: 1, waiting: 1, failed: 1 };
const rows = { listed: 4, imported: 1, updated: 1, duplicate: 1, rejected: 1 };

describe('counts', () => {
  it('that add up are taken', () => {
    expect(() => requireSums(items, rows)).not.to.throw();
  });

  it('that leave an item or a row unaccounted for are refused, with what was seen', () => {
    expect(() => requireSums({ ...items, failed: 0 }, rows)).to.throw('Of 4 items listed only 3 are accounted for');
    expect(() => requireSums(items, { ...rows, listed: 5 })).to.throw('1 imported, 1 updated, 1 duplicate, 1 rejected');
  });
});
