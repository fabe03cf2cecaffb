import { expect } from 'chai';
import { mailLimits, mailVerdict } from '../../../server/alerts/quota.ts';

const state = { sent: 0, freeInMs: 1_800_000, oldestAgeMs: 0, isAnyHeld: false };

describe('the number of mails that an account gets', () => {
  it('is nineteen by themselves and one that gathers within five minutes, in any hour', () => {
    expect(mailVerdict({ ...state, sent: 18 }, mailLimits)).to.equal('single');
    expect(mailVerdict({ ...state, sent: 19, oldestAgeMs: 60_000 }, mailLimits)).to.deep.equal({ delayMs: 240_000 });
    expect(mailVerdict({ ...state, sent: 19, oldestAgeMs: 300_000 }, mailLimits)).to.equal('digest');
    expect(mailVerdict({ ...state, sent: 20, oldestAgeMs: 900_000 }, mailLimits)).to.deep.equal({ delayMs: 1_800_000 });
  });

  it('begins again with one that tells of all that had to wait', () => {
    expect(mailVerdict({ ...state, sent: 0, isAnyHeld: true }, mailLimits)).to.equal('digest');
    expect(mailVerdict({ ...state, sent: 1 }, mailLimits)).to.equal('single');
  });
});
