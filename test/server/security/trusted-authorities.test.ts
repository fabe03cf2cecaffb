import { rootCertificates } from 'node:tls';
import { expect } from 'chai';
import { trustedAuthorities } from '../../../server/security/trusted-authorities.ts';
import { localhostCertificate } from '../../harness/certificate.ts';

describe('the authorities that are trusted', () => {
  it("are Node's own and the one that was entered", () => {
    expect(trustedAuthorities(localhostCertificate)).to.include.members([...rootCertificates, localhostCertificate]);
  });
});
