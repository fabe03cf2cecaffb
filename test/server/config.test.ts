import { expect } from 'chai';
import { readConfig } from '../../server/config.ts';
import { AppError } from '../../shared/error.ts';

function refusalOf(environment: NodeJS.ProcessEnv): AppError {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the environment was accepted');
}

describe('the environment', () => {
  it('needs nothing', () => {
    const config = readConfig({});
    expect(config).to.include({ port: 4000, host: '127.0.0.1', publicUrl: 'http://127.0.0.1:4000', leaseSeconds: 30 });
    expect(config.rateLimit).to.equal('on');
    expect(config.roles).to.deep.equal(['web', 'scheduler', 'worker', 'inbox', 'stream']);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '' }).port).to.equal(4000);
  });

  it('names the proxies that are trusted by their number or by their addresses', () => {
    const trusted = (text: string) => readConfig({ CQA_TRUST_PROXY: text }).trustProxy;
    expect(['', '1', '10.0.0.0/8, fd00::/8,192.0.2.7', 'uniquelocal'].map(trusted)).to.deep.equal([
      ['loopback'],
      1,
      ['10.0.0.0/8', 'fd00::/8', '192.0.2.7'],
      ['uniquelocal'],
    ]);
  });

  it('takes a sender of mails with a name or without', () => {
    const senders = ['alerts@cqa.example', 'CQA Alerts <alerts@cqa.example>'];
    expect(senders.map((CQA_EMAIL_FROM) => readConfig({ CQA_EMAIL_FROM }).emailFrom)).to.deep.equal(senders);
    expect(readConfig({}).emailFrom).to.equal(undefined);
  });

  it('names the private networks that may be reached, and which of them is none', () => {
    const ranges = '10.20.0.0/16, 192.0.2.7,fd00::/8';
    expect(readConfig({ CQA_EGRESS_ALLOW: ranges }).egressAllow).to.deep.equal([
      '10.20.0.0/16',
      '192.0.2.7',
      'fd00::/8',
    ]);
    const { message } = refusalOf({ CQA_EGRESS_ALLOW: '10.0.0.0/8,broker.example' });
    expect(message).to.match(/CQA_EGRESS_ALLOW: "broker\.example" is neither an address nor a CIDR range/);
  });

  it('takes what Kafka and others call their settings', () => {
    const kafka = (more: NodeJS.ProcessEnv) => readConfig({ KAFKA_BROKERS: 'k:9092', ...more }).kafka;
    expect(
      ['on', 'true', 'TRUE', '1', 'off', 'False', '0'].map((KAFKA_TLS) => kafka({ KAFKA_TLS })?.tls !== undefined),
    ).to.deep.equal([...[true, true, true, true, false, false, false]]);
    const login = { KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' };
    expect(kafka({ KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', ...login })?.sasl?.mechanism).to.equal('scram-sha-512');
  });

  const wrong: [name: string, value: string][] = [
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['DATABASE_URL', 'postgres://x/y'],
    ['CQA_ROLES', 'web,cook'],
    ['CQA_LEASE_SECONDS', '0'],
    ['PUBLIC_URL', 'ftp://x'],
    ['STORAGE_URL', 'gopher://x'],
    ['LOG_LEVEL', 'loud'],
    ['KAFKA_TLS', 'yes please'],
    ['KAFKA_SASL_MECHANISM', 'gssapi'],
    ['CQA_RATE_LIMIT', 'false'],
    ['CQA_TRUST_PROXY', 'balancer.example'],
    ['CQA_TRUST_PROXY', '10.0.0.0/33'],
    ['CQA_TRUST_PROXY', '1,2'],
    ['CQA_EGRESS_ALLOW', 'localhost'],
    ['CQA_EGRESS_ALLOW', '10.0.0.0/8, 10.0.0.0/99'],
    ['CQA_SECRET_KEY', 'short'],
    ['CQA_EMAIL_FROM', 'alerts'],
    ['CQA_EMAIL_FROM', 'CQA <alerts>'],
  ];
  for (const [name, value] of wrong)
    it(`stops the start with the name of the variable: ${name}=${value}`, () => {
      const refusal = refusalOf({ [name]: value });
      expect(refusal.code).to.equal('setting_invalid');
      expect(refusal.message).to.include(name);
    });

  it('asks for a secret key beside a database of the customer', () => {
    expect(refusalOf({ DATABASE_URL: 'mysql://u:p@h/d' }).message).to.include('CQA_SECRET_KEY');
  });
});
