import { expect } from 'chai';
import { derivedId, newId, parseUuid, partsMarkOf, timeMsOf, uuidText } from '../../db/uuid.ts';

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

  it('can be derived: the same of the same time and parts, a UUIDv7 of that time', () => {
    const parts = ['event 7 ', Buffer.from([1, 2, 3])];
    const id = derivedId(1_793_697_300_123, ...parts);
    expect(uuidText(id)).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(timeMsOf(id)).to.equal(1_793_697_300_123);
    expect(derivedId(1_793_697_300_123, ...parts)).to.deep.equal(id);
    expect(partsMarkOf(derivedId(1, ...parts))).to.equal(partsMarkOf(id));
    expect(partsMarkOf(derivedId(1, 'event 8 ', Buffer.from([1, 2, 3])))).not.to.equal(partsMarkOf(id));
  });

  it('that were derived before are what is derived now', () => {
    const interaction = Buffer.from('019a0b0c0d0e7f0182aabbccddeeff00', 'hex');
    expect(uuidText(derivedId(timeMsOf(interaction), interaction, ' 42'))).to.equal(
      '019a0b0c-0d0e-7e23-ae90-75dda5c6c553',
    );
  });

  it('survive their text', () => {
    const id = newId();
    expect(parseUuid(uuidText(id))?.equals(id)).to.equal(true);
    expect(parseUuid('not-an-id')).to.equal(undefined);
  });
});
