import { expect } from 'chai';
import { cellXml } from '../../../../server/reports/xlsx/cell-xml.ts';
import { zoneClock } from '../../../../server/reports/zoned-time.ts';

const clock = (at: Date) => at.getTime();
const written = (number: number) => cellXml('A1', number, clock);

describe('a number in a workbook', () => {
  it('is text where it is a whole one of more digits than Excel keeps', () => {
    for (const number of [1_234_567_890_123_456, -9_007_199_254_740_991, 1_000_000_000_000_000]) {
      expect(written(number)).to.contain('t="inlineStr"').and.contain(`>${number}<`);
    }
  });

  it('is a number up to then, and with a fraction', () => {
    for (const number of [999_999_999_999_999, -999_999_999_999_999, 0.1, 1_000_000_000_000_000.5])
      expect(written(number)).to.equal(`<c r="A1"><v>${number}</v></c>`);
  });
});

describe('a text in a workbook', () => {
  it('says that its white space is meant where it begins or ends with some', () => {
    for (const text of [' a', 'a ', '\ta', 'a\n', ' '])
      expect(cellXml('A1', text, clock)).to.equal(
        `<c r="A1" t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`,
      );
    for (const text of ['a b', 'a\n  b', ''])
      expect(cellXml('A1', text, clock)).to.equal(`<c r="A1" t="inlineStr"><is><t>${text}</t></is></c>`);
  });
});

describe('a time in a workbook', () => {
  it('that Excel has no day for is the text of the zone’s clock', () => {
    const kolkata = zoneClock('Asia/Kolkata');
    for (const [at, text] of [
      ['1899-12-31T18:38:50Z', '1900-01-01T00:00:00.000'],
      ['9999-12-31T23:00:00Z', '+010000-01-01T04:30:00.000'],
    ] as const)
      expect(cellXml('A1', new Date(at), kolkata)).to.contain(`<t>${text}</t>`);
  });
});
