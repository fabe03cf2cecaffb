import { expect } from 'chai';
import { lookAt } from '../../../../server/connectors/ecc6x/last-event.ts';
import { configOf } from './events.ts';

describe('the last event of a topic of ECC 6x', () => {
  it('that cannot be read is told as that, not as a tombstone or as none', () => {
    const event = { offset: 7, key: null, value: null, timestampMs: 0 };
    expect(lookAt(event, configOf({})).message).to.contain('tombstone');
    const { message, isRejected } = lookAt({ ...event, unreadable: 'The events at the offsets 7 to 9.' }, configOf({}));
    expect(message).to.equal('Its last event, at offset 7, cannot be read. The events at the offsets 7 to 9.');
    expect(isRejected).to.equal(true);
  });
});
