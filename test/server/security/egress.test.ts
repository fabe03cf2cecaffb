import { expect } from 'chai';
import { openEgress } from '../../../server/security/egress.ts';
import { AppError } from '../../../shared/error.ts';

describe('egress', () => {
  const blocked = {
    loopback: ['127.0.0.1', '127.9.9.9', '::1', 'localhost', '[::1]'],
    private: ['10.1.2.3', '172.16.0.1', '192.168.1.1', 'fd00::1'],
    'link-local and metadata': ['169.254.169.254', 'fe80::1', '168.63.129.16', 'fd00:ec2::254', '100.100.100.200'],
    'unspecified, broadcast and multicast': ['0.0.0.0', '::', '255.255.255.255', '224.0.0.1', 'ff02::1'],
    'disguised as IPv6': [
      '::ffff:127.0.0.1',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
      '2002:a00:1::',
      '::127.0.0.1',
      '::10.0.0.1',
    ],
    'disguised as a number': ['2130706433', '127.1', '0x7f.0.0.1', '0177.0.0.1'],
  };
  for (const [kind, hosts] of Object.entries(blocked))
    it(`blocks addresses that are ${kind}`, async () => {
      for (const host of hosts) expect(await codeOf(host), host).to.equal('egress_blocked');
    });

  it('lets public addresses through as they are', async () => {
    expect(await openEgress([]).resolve('93.184.216.34')).to.deep.equal({ address: '93.184.216.34', family: 4 });
    expect(await openEgress([]).resolve('2606:2800:220:1::1')).to.include({ family: 6 });
  });

  it('lets through what is allowed, by range or by address, and nothing beside it', async () => {
    const egress = openEgress(['10.20.0.0/16', '127.0.0.1', 'fd00::/8']);
    for (const host of ['10.20.3.4', '127.0.0.1', '::ffff:10.20.0.1', 'fd00::1'])
      expect(await egress.resolve(host), host).to.be.an('object');
    for (const host of ['10.21.0.1', '127.0.0.2']) expect(await codeOf(host, egress), host).to.equal('egress_blocked');
  });

  it('says what is wrong and who can change it', async () => {
    const failure = await failureOf('localhost');
    expect(failure.message).to.contain('"localhost" is not a public address').and.to.contain('CQA_EGRESS_ALLOW');
    expect(failure.field).to.equal('host');
  });

  it('tells the log alone which address a name has', async () => {
    const failure = await failureOf(
      'inside.example',
      openEgress([], async () => [{ address: '10.1.2.3', family: 4 }]),
    );
    expect(failure.message).not.to.match(/10\.1\.2\.3|private network \(/);
    expect((failure.cause as Error).message).to.equal('inside.example is 10.1.2.3 (a private network)');
  });

  it('a name that does not exist is host_unknown', async () => {
    // Without any name service the answer is that it does not answer.
    expect(await codeOf('no-such-host.invalid')).to.be.oneOf(['host_unknown', 'host_unreachable']);
  });

  it('a range that is none stops the start with its text', () => {
    expect(() => openEgress(['10.0.0.0/99'])).to.throw(AppError, /CQA_EGRESS_ALLOW: "10.0.0.0\/99"/);
    expect(() => openEgress(['here'])).to.throw(AppError, /CIDR/);
  });
});

async function failureOf(host: string, egress = openEgress([])): Promise<AppError> {
  try {
    await egress.resolve(host);
  } catch (error) {
    return AppError.from(error);
  }
  throw new Error(`${host} was let through`);
}

async function codeOf(host: string, egress?: ReturnType<typeof openEgress>): Promise<string> {
  return (await failureOf(host, egress)).code;
}
