import { expect } from 'chai';
import { type ConnectionTold, connectionSteps, notReached } from '../../../server/connectors/check-steps.ts';
import { AppError, type ErrorCode } from '../../../shared/error.ts';

describe('the steps that one attempt goes through', () => {
  const steps = (code: ErrorCode | undefined, more: Partial<ConnectionTold> = {}) => {
    const failure = code && new AppError(code, 'It failed.');
    return [...connectionSteps(failure, { reached: 'It answers.', signedIn: 'It lets us in.', ...more })].map(
      ({ name, ok }) => `${name} ${ok}`,
    );
  };

  it('all pass where it did not fail', () => {
    expect(steps(undefined)).to.deep.equal(['reach true', 'sign_in true']);
  });

  it('nothing was reached where the certificate is not trusted, or anything else is in the way', () => {
    expect(notReached).to.include('certificate_untrusted');
    for (const code of notReached) expect(steps(code)).to.deep.equal(['reach false']);
  });

  it('what was reached may refuse us, or fail at what was asked', () => {
    expect(steps('sign_in_refused')).to.deep.equal(['reach true', 'sign_in false']);
    expect(steps('permission_denied')).to.deep.equal(['reach true', 'sign_in false']);
    expect(steps('permission_denied', { notSignedIn: ['sign_in_refused'] })).to.deep.equal([
      ...['reach true', 'sign_in true', 'list false'],
    ]);
    expect(steps('http_status')).to.deep.equal(['reach true', 'sign_in true', 'list false']);
    expect(steps('http_status', { otherwise: 'sign_in' })).to.deep.equal(['reach true', 'sign_in false']);
  });
});
