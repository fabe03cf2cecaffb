import { expect } from 'chai';
import { retryAfterSeconds } from '../../../../server/connectors/http/retry-after.ts';

describe('the header Retry-After', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  const read = (text?: string) => retryAfterSeconds({ 'retry-after': text }, now);

  it('is read as seconds and as a date', () => {
    expect(read('12')).to.equal(12);
    expect(read('Sat, 21 Nov 2026 10:01:30 GMT')).to.equal(90);
  });

  it('asks for a second at least, also by a date that is past', () => {
    expect(read('0')).to.equal(1);
    expect(read('Sat, 21 Nov 2026 09:00:00 GMT')).to.equal(1);
  });

  it('says nothing where it is missing or no such text', () => {
    for (const text of [undefined, '', 'soon', '-5x']) expect(read(text)).to.equal(undefined);
  });
});
