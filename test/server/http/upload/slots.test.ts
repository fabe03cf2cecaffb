import { expect } from 'chai';
import { takeUploadSlot, type UploadSlot } from '../../../../server/http/upload/slots.ts';

describe('the uploads of an account', () => {
  it('are 16 at one time; one more is told to wait, and others go on', () => {
    const slots: UploadSlot[] = Array.from({ length: 16 }, () => takeUploadSlot(1));
    expect(() => takeUploadSlot(1))
      .to.throw(/^16 uploads of this account are under way/)
      .with.property('retryAfterSeconds', 10);
    slots.push(takeUploadSlot(2));
    slots.shift()?.free();
    slots.push(takeUploadSlot(1));
    for (const slot of slots) slot.free();
  });

  it('are given back once, however often that is said', () => {
    const slots: UploadSlot[] = Array.from({ length: 16 }, () => takeUploadSlot(3));
    for (let i = 0; i < 3; i++) slots[0]?.free();
    slots.push(takeUploadSlot(3));
    expect(() => takeUploadSlot(3)).to.throw(/16 uploads/);
    for (const slot of slots) slot.free();
  });
});
