import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { localhostCertificate, localhostKey } from '../../harness/certificate.ts';
import { scratchFolder } from '../../harness/folders.ts';

const folder = new URL('../../../server/security/', import.meta.url);

/** A program, for what Node trusts beside its own authorities is read when it starts. */
const program = `
  import { rootCertificates } from 'node:tls';
  const { guardedRequest } = await import('${folder}guarded-request.js');
  const { openEgress } = await import('${folder}egress.js');
  const [port, which, authority] = process.argv.slice(1);
  const certificateAuthority = { none: undefined, another: rootCertificates[0], own: authority }[which];
  const signal = AbortSignal.timeout(600_000);
  const egress = openEgress(['127.0.0.0/8']);
  await guardedRequest(new URL('https://localhost:' + port), { egress, signal, method: 'GET', headers: {}, certificateAuthority })
    .then(({ statusCode }) => console.log(statusCode), ({ code }) => console.log(code));
  process.exit();
`;

describe('a certificate authority of one connector', () => {
  const server = createServer({ cert: localhostCertificate, key: localhostKey }, (_, response) => response.end());
  const extra = join(scratchFolder('authorities'), 'extra.pem');
  before(async () => {
    writeFileSync(extra, localhostCertificate);
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const answerTo = async (which: 'none' | 'another' | 'own', environment: Record<string, string> = {}) => {
    const { port } = server.address() as AddressInfo;
    const given = ['--input-type=module', '-e', program, '--', String(port), which, localhostCertificate];
    const { NODE_EXTRA_CA_CERTS: _, ...others } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, given, { env: { ...others, ...environment } });
    return stdout.trim();
  };

  it('is trusted, and nothing is without it', async () => {
    expect(await answerTo('own')).to.equal('200');
    expect(await answerTo('none')).to.match(/CERT/);
    expect(await answerTo('another')).to.match(/CERT/);
  });

  it('takes nothing away from what the installation trusts', async () => {
    const installation = { NODE_EXTRA_CA_CERTS: extra };
    expect(await answerTo('none', installation)).to.equal('200');
    expect(await answerTo('another', installation)).to.equal('200');
  });
});
