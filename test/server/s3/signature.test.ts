import { expect } from 'chai';
import { GetSigner, pathOfKey, presignedSecondsMost } from '../../../server/s3/signature.ts';

// The examples of "Authenticating Requests (AWS Signature Version 4)" in the S3 API reference.
const keys = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: undefined,
};
const now = new Date('2013-05-24T00:00:00Z');
const host = 'examplebucket.s3.amazonaws.com';

describe('a signature for S3', () => {
  const signer = new GetSigner(keys, 'us-east-1');

  it('is that of AWS’s own example, in headers', () => {
    const { authorization } = signer.sign(host, '/test.txt', { range: 'bytes=0-9' }, now);
    expect(authorization).to.match(/Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41$/);
  });

  it('is that of AWS’s own example, in an address', () => {
    const query = signer.presign(host, '/test.txt', {}, 86_400, now);
    expect(query).to.equal(
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
  });

  it('in an address is for seven days at most, and says under which token it stands', () => {
    const query = new GetSigner({ ...keys, sessionToken: 'a+b/c=' }, 'us-east-1').presign(host, '/x', {}, 9e9, now);
    expect(new URLSearchParams(query).get('X-Amz-Expires')).to.equal(String(presignedSecondsMost));
    expect(query).to.contain('X-Amz-Security-Token=a%2Bb%2Fc%3D');
  });

  it('is made over paths as they are sent', () => {
    expect(pathOfKey("reports/Ä b+c'(1)*.csv")).to.equal('reports/%C3%84%20b%2Bc%27%281%29%2A.csv');
  });
});
