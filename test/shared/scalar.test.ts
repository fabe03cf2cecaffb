import { expect } from 'chai';
import { caselessText, foldedText, numberOf } from '../../shared/scalar.ts';

describe('scalars', () => {
  it('are numbers where they read as one of at most 16 characters', () => {
    for (const [value, number] of [
      [7, 7],
      [' -12.50 ', -12.5],
      ['+7.', 7],
      ['.5', 0.5],
      ['1234567890123456', 1_234_567_890_123_456],
    ] as const)
      expect(numberOf(value), String(value)).to.equal(number);
    for (const value of [true, '', '.', '1e3', '0x10', '12345678901234567', 'seven'])
      expect(numberOf(value), String(value)).to.equal(null);
  });

  it('compare as text without their case and the spaces around them, in one form of Unicode', () => {
    expect(foldedText('\u00a0Ｏrders ')).to.equal('orders');
    expect(foldedText(true)).to.equal('true');
    expect(caselessText(' Ｏrders ')).to.equal('ｏrders');
  });
});
