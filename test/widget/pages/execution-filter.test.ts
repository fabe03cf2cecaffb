import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { addressOf, filterOf, isReversed, requestOf } =
  await widgetModule<typeof import('../../../widget/pages/execution-filter.ts')>('pages/execution-filter.ts');

const uid = '018f2c6e-0000-7000-8000-0123456789ab';

describe('the filter of Execution History', () => {
  it('says in an address all that it holds, and reads it back', () => {
    const filter = {
      ...{ type: 'data_import' as const, statuses: ['handler_failed' as const, 'delivery_failed' as const] },
      ...{ connector: uid, job: uid, from: '2026-11-01', to: '2026-11-30' },
    };
    const address = addressOf(filter);
    expect(address).to.contain('status=handler_failed,delivery_failed').and.contain('from=2026-11-01');
    expect(filterOf(new URLSearchParams(address.split('?')[1]))).to.deep.equal(filter);
    expect(requestOf(filter)).to.deep.include({ status: ['handler_failed', 'delivery_failed'], job: uid });
  });

  it('names exports that people asked for on the Analysis List, which have no job', () => {
    const filter = filterOf(new URLSearchParams('job=on_demand'));
    expect(filter).to.include({ job: 'on_demand' });
    expect(addressOf(filter)).to.equal('/executions?job=on_demand');
  });

  it('is a bare address where nothing is filtered', () => {
    expect(addressOf(filterOf(new URLSearchParams()))).to.equal('/executions');
    expect(requestOf({ statuses: [] })).not.to.have.property('status');
  });

  it('takes several states however an address names them', () => {
    const { statuses } = filterOf(new URLSearchParams('status=success&status=pending,gone'));
    expect(statuses).to.deep.equal(['pending', 'success']);
  });

  it('leaves out what no filter can be', () => {
    const wrong = filterOf(new URLSearchParams('type=x&connector=1&job=%27&from=2026-02-30&to=yesterday'));
    expect(addressOf(wrong)).to.equal('/executions');
  });

  it('knows a last day before the first', () => {
    expect(isReversed({ from: '2026-11-02', to: '2026-11-01' })).to.equal(true);
    expect(isReversed({ from: '2026-11-02', to: '2026-11-02' })).to.equal(false);
    expect(isReversed({ from: '2026-11-02' })).to.equal(false);
  });
});
