import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { axisTicks, labelStride } =
  await widgetModule<typeof import('../../../widget/pages/overview-scale.ts')>('pages/overview-scale.ts');

describe('the axis of a chart', () => {
  it('names whole, even values from nothing to more than the most', () => {
    expect(axisTicks(0)).to.deep.equal([0, 1]);
    expect(axisTicks(1)).to.deep.equal([0, 1]);
    expect(axisTicks(7)).to.deep.equal([0, 2, 4, 6, 8]);
    expect(axisTicks(100)).to.deep.equal([0, 50, 100]);
    expect(axisTicks(1234)).to.deep.equal([0, 500, 1000, 1500]);
    expect(axisTicks(71_429)).to.deep.equal([0, 20_000, 40_000, 60_000, 80_000]);
  });

  it('never names more than five values, and always reaches the most', () => {
    for (let most = 1; most < 3_000_000; most = Math.ceil(most * 1.37)) {
      const ticks = axisTicks(most);
      expect(ticks.length, String(most)).to.be.at.most(5);
      expect(ticks.at(-1), String(most)).to.be.at.least(most);
    }
  });

  it('leaves labels out where there is no room for all', () => {
    expect(labelStride(14, 900, 52)).to.equal(1);
    expect(labelStride(14, 300, 52)).to.equal(3);
  });
});
