import { expect } from 'chai';
import { newId, parseUuid, uuidText } from '../../db/uuid.ts';

describe('ids', () => {
  it('grow in one direction and never repeat, 20,000 at a time', () => {
    const ids = Array.from({ length: 20_000 }, () => newId().toString('hex'));
    expect(new Set(ids).size).to.equal(ids.length);
    expect([...ids].sort()).to.deep.equal(ids);
  });

  it('are version 7 and variant 2 of RFC 9562, with the time in front', () => {
    const before = Date.now();
    const id = newId();
    expect(uuidText(id)).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(id.readUIntBE(0, 6)).to.be.within(before, Date.now() + 10);
  });

  it('survive their text', () => {
    const id = newId();
    expect(parseUuid(uuidText(id))?.equals(id)).to.equal(true);
    expect(parseUuid('not-an-id')).to.equal(undefined);
  });
});
