import { expect } from 'chai';
import type { ConnectorContext, ConnectorType } from '../../../server/connectors/connector.ts';
import type { LinkedReport } from '../../../server/reports/mail.ts';
import type { ErrorCode } from '../../../shared/error.ts';
import { check, contextOf, rejects } from './contract-kit.ts';
import type { MailFixture, MailSystem } from './mail-fixture.ts';

const file = (n: number) => ({
  ...{ fileName: `report-${n}.csv`, rows: 1_000, byteSize: 50_000 },
  address: `https://cqa.example/d/${n}`,
});
const report = (files = 3): LinkedReport => ({
  ...{ name: 'Weekly', accountName: 'Acme', timezone: 'Asia/Kolkata', rows: files * 1_000 },
  period: { from: new Date('2026-11-01T00:00:00Z'), to: new Date('2026-11-08T00:00:00Z') },
  files: Array.from({ length: files }, (_, i) => file(i + 1)),
  linksUntil: new Date('2026-11-15T00:00:00Z'),
});

/** What every connector type promises that mails reports instead of delivering files. */
export function mailContract(type: ConnectorType, { start }: MailFixture): void {
  describe(`${type.id}, which mails`, () => {
    let system: MailSystem;
    beforeEach(async () => {
      system = await start();
    });
    afterEach(() => system.stop());

    const send = (content = report(), more: Partial<ConnectorContext> = {}) => {
      if (!type.mail) throw new Error(`${type.id} mails nothing`);
      return type.mail(type.config.parse(system.config()), content, contextOf({ ...system.context(), ...more }));
    };
    const steps = async (more: Partial<ConnectorContext> = {}) =>
      (await check(type, system.config(), 'export', { ...system.context(), ...more })).map(
        ({ name, ok, message, details }) => ({ name, ok, message, code: details?.code }),
      );
    const failedStep = async (more?: Partial<ConnectorContext>) => (await steps(more)).at(-1);

    it('is an export only', () => {
      expect(type.directions).to.deep.equal(['export']);
      expect(type).to.not.have.any.keys('source', 'sink', 'stream');
    });

    it('sends one mail with a link to each file, to its address alone, and says to whom', async () => {
      const receipt = await send();
      expect(receipt).to.deep.equal({ location: system.config().address, byteSize: 150_000 });
      const [mail, ...others] = system.sent();
      expect(others).to.deep.equal([]);
      expect(mail?.to).to.deep.equal([system.config().address]);
      for (const n of [1, 2, 3]) {
        expect(mail?.html).to.contain(`href="https://cqa.example/d/${n}"`);
        expect(mail?.text).to.match(new RegExp(`^https://cqa.example/d/${n}$`, 'm'));
      }
    });

    it('says so where a mail cannot hold all the links, and sends none', async () => {
      const error = await rejects(send(report(2_001)), 'invalid');
      expect(error.message).to.match(/2,001 files.*Narrow the report/);
      expect(system.sent()).to.deep.equal([]);
      await send(report(2_000));
      expect(system.sent()).to.have.length(1);
    });

    it('says so where this installation sends no mails', async () => {
      const mail = { mailer: undefined, links: async () => ({ message: '' }) };
      expect((await rejects(send(report(), { mail }), 'setting_invalid')).message).to.contain('CQA_EMAIL_FROM');
      expect(await failedStep({ mail })).to.deep.include({ name: 'mail', ok: false, code: 'setting_invalid' });
    });

    for (const [how, code, words] of [
      ['sandbox', 'email_refused', /does not send to ada@example\.test: .*sandbox/],
      ['unverified', 'email_refused', /does not send from reports@cqa\.example: it is not verified/],
      ['throttled', 'rate_limited', /too many were sent within a second/],
      ['quota', 'rate_limited', /daily quota is used up/],
      ['credentials', 'sign_in_refused', /Check the AWS credentials/],
    ] as const satisfies readonly [Parameters<MailSystem['refuse']>[0], ErrorCode, RegExp][])
      it(`tells in words, when it is tried and when it sends, what the service refuses: ${how}`, async () => {
        system.refuse(how);
        expect((await rejects(send(), code)).message).to.match(words);
        system.refuse(how);
        const last = await failedStep();
        expect(last).to.deep.include({ ok: false, code });
        expect(last?.name).to.equal(code === 'sign_in_refused' ? 'sign_in' : 'mail');
        expect(last?.message).to.match(words);
        expect(system.sent()).to.deep.equal([]);
      });

    it('tells that nobody answers', async () => {
      await system.away();
      await rejects(send(), 'host_unreachable');
      expect(await failedStep()).to.deep.include({ name: 'reach', ok: false, code: 'host_unreachable' });
    });

    it('is tried with a mail that says what it is, and what its links will be', async () => {
      expect((await steps()).map(({ name, ok }) => [name, ok])).to.deep.equal([
        ['reach', true],
        ['sign_in', true],
        ['mail', true],
        ['links', true],
      ]);
      expect(system.sent()[0]?.text).to.contain('This is a test');
      expect((await steps()).at(-1)?.message).to.contain('good for seven days');
    });

    it('is not tried again and again by whoever presses the button', async () => {
      const turns: unknown[][] = [];
      await steps({ pace: async (...turn) => void turns.push(turn) });
      expect(turns).to.have.length(1);
      expect(turns[0]?.[1]).to.be.at.most(10);
      expect(String(turns[0]?.[0]).length).to.be.at.most(200);
    });

    it('takes one address, and nothing that would be a second one or a header', () => {
      for (const address of [
        '',
        'ada',
        'a@b.example, c@d.example',
        'a@b.example\r\nBcc: eve@example.test',
        'A <a@b.example>',
      ])
        expect(type.config.safeParse(system.config({ address })).success, address).to.equal(false);
      expect(type.config.parse(system.config({ address: ' ada@example.test ' }))).to.deep.equal({
        address: 'ada@example.test',
      });
    });
  });
}
