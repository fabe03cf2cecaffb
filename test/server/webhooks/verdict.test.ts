import { expect } from 'chai';
import { contractDelaysMs, judgeAttempt } from '../../../server/webhooks/verdict.ts';

describe('what follows from an attempt to deliver a webhook', () => {
  const answer = (status: number) => ({ status, retryAfter: undefined, body: '' });
  const delayAt = (attempts: number, random: number) => {
    const rules = { delaysMs: contractDelaysMs, random: () => random, now: new Date() };
    const verdict = judgeAttempt(answer(500), attempts, 'host', rules);
    return verdict.state === 'retry' ? Math.round(verdict.delayMs) : verdict.state;
  };

  it('is another attempt after 10 s, then after 20 s more, each a fifth shorter or longer, then none', () => {
    expect([delayAt(1, 0), delayAt(1, 0.5), delayAt(1, 1)]).to.deep.equal([8_000, 10_000, 12_000]);
    expect([delayAt(2, 0), delayAt(2, 1)]).to.deep.equal([16_000, 24_000]);
    expect(delayAt(3, 0)).to.equal('failed');
  });
});
