import { expect } from 'chai';
import { decide, describeFailure, retryDelayMs, workError } from '../../../server/worker/retry.ts';
import { AppError } from '../../../shared/error.ts';

const config = new AppError('sign_in_refused', 'The password is wrong.');
const transient = new AppError('host_timeout', 'The host did not answer.');
const system = new AppError('internal', 'Something went wrong.');

describe('retry', () => {
  it('gives up at once on what somebody has to mend', () => {
    expect(decide(config, 1, 8)).to.deep.equal({ action: 'give_up' });
  });

  it('tries what may pass again until the attempts are used up', () => {
    expect(decide(transient, 7, 8).action).to.equal('retry');
    expect(decide(transient, 8, 8).action).to.equal('give_up');
  });

  it('tries what is ours three times, or fewer where the handler allows fewer', () => {
    expect([1, 2, 3].map((attempts) => decide(system, attempts, 8).action)).to.deep.equal([
      'retry',
      'retry',
      'give_up',
    ]);
    expect(decide(system, 1, 1).action).to.equal('give_up');
  });

  it('waits twice as long each time, up to five minutes, and never less than half of it', () => {
    expect([1, 2, 3, 20].map((attempts) => retryDelayMs(attempts, () => 1))).to.deep.equal([2000, 4000, 8000, 300_000]);
    expect([1, 2, 3, 20].map((attempts) => retryDelayMs(attempts, () => 0))).to.deep.equal([1000, 2000, 4000, 150_000]);
  });

  it('takes a database that is away for something that passes, and anything else unforeseen for ours', () => {
    expect(workError(Object.assign(new Error('gone'), { code: 'PROTOCOL_CONNECTION_LOST' }), 'x').kind).to.equal(
      'transient',
    );
    expect(workError(Object.assign(new Error('no'), { code: 'ECONNREFUSED', fatal: true }), 'x').kind).to.equal(
      'transient',
    );
    expect(workError(new TypeError('x is not a function'), 'x').kind).to.equal('system');
    expect(workError(transient, 'x')).to.equal(transient);
  });

  it('gives a trace id to what is ours, and to nothing else', () => {
    const { failure, traceId } = describeFailure(system);
    expect(traceId).to.match(/^[0-9a-f]{8}$/);
    expect(failure.message).to.equal(`Something went wrong. Trace id: ${traceId}.`);
    expect(describeFailure(config).failure.message).to.equal('The password is wrong.');
  });
});
