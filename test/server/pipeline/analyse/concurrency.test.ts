import { expect } from 'chai';
import { AnalysisConcurrency } from '../../../../server/pipeline/analyse/concurrency.ts';

describe('the concurrency of analyses', () => {
  it('is low while recordings are measured and shortly after, so that others elsewhere get some', () => {
    let now = 0;
    const concurrency = new AnalysisConcurrency(() => now);
    const many = concurrency.most;
    const release = concurrency.tryMeasure();
    expect(concurrency.most).to.be.below(many / 4);
    expect(concurrency.ahead).to.be.below(concurrency.most);
    release?.();
    now += 1_000;
    expect(concurrency.most).to.be.below(many / 4);
    now += 5_000;
    expect(concurrency.most).to.equal(many);
    expect(concurrency.ahead).to.equal(undefined);
  });

  it('lets as many recordings be measured as are begun while there are some, and no more', () => {
    const concurrency = new AnalysisConcurrency();
    const releases = Array.from({ length: 64 }, () => concurrency.tryMeasure()).filter(
      (release) => release !== undefined,
    );
    expect(releases).to.have.length(concurrency.most);
    releases[0]?.();
    expect(concurrency.tryMeasure()).not.to.equal(undefined);
    expect(concurrency.tryMeasure()).to.equal(undefined);
  });
});
