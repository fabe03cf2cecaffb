import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { expect } from 'chai';
import { mayHaveBeenSent, sesFailure } from '../../../server/email/failure.ts';
import { type Mail, openMailer } from '../../../server/email/mailer.ts';
import { encodedSender, openSes } from '../../../server/email/ses.ts';
import type { AppError } from '../../../shared/error.ts';
import { notVerified, openSesServer, quotaUsedUp, type SesServer, throttled } from './ses-server.ts';

const mail: Mail = {
  to: ['ada@example.test'],
  subject: 'Acme: "Köln" failed',
  text: 'It failed.\n',
  html: '<p>It failed.</p>',
};
const from = 'alerts@cqa.example';

describe('a mail by Amazon SES', () => {
  let ses: SesServer;

  beforeEach(async () => {
    ses = await openSesServer();
  });
  afterEach(() => ses.close());

  const mailer = (sender = from) => {
    const opened = openMailer({ emailFrom: sender }, ses.settings);
    if (!opened) throw new Error('no mailer');
    return opened;
  };
  const refusal = async (): Promise<AppError> =>
    mailer()
      .send(mail)
      .then(() => Promise.reject(new Error('it was sent')))
      .catch((error) => error);

  it('is sent to all its recipients, in both forms', async () => {
    const to = ['ada@example.test', 'bob@example.test'];
    expect(await mailer().send({ ...mail, to })).to.equal('message-1');
    expect(ses.sent).to.deep.equal([{ ...mail, to, from }]);
  });

  it('comes from a sender whose name may be written in any script', async () => {
    await mailer('Кол-центр <alerts@cqa.example>').send(mail);
    const [, encoded = '', address] = /^=\?UTF-8\?B\?(.+)\?= <(.+)>$/.exec(ses.sent[0]?.from ?? '') ?? [];
    expect(Buffer.from(encoded, 'base64').toString('utf8')).to.equal('Кол-центр');
    expect(address).to.equal(from);
    expect(encodedSender('CQA Alerts <alerts@cqa.example>')).to.equal('CQA Alerts <alerts@cqa.example>');
  });

  it('is taken by the local server that stands for SES', async () => {
    // A CommonJS module: what it exports by default is a property of what is imported by default.
    const { default: module } = await import('aws-ses-v2-local');
    const local = await module.default({ port: 0, host: '127.0.0.1' });
    const endpoint = `http://127.0.0.1:${(local.address() as AddressInfo).port}`;
    try {
      await openMailer({ emailFrom: from }, { ...ses.settings, endpoint })?.send(mail);
      const { emails } = (await (await fetch(`${endpoint}/store`)).json()) as { emails: Record<string, unknown>[] };
      // Its store is one for the whole process, where other tests send, too.
      expect(emails.at(-1)).to.deep.include({
        from,
        subject: mail.subject,
        body: { text: mail.text, html: mail.html },
      });
      expect(emails.at(-1)?.destination).to.deep.equal({ to: mail.to, cc: [], bcc: [] });
    } finally {
      local.close();
      await once(local, 'close');
    }
  });

  it('that the sandbox does not let through names whom, and what to do', async () => {
    ses.verified = new Set();
    expect(await refusal()).to.include({ code: 'email_refused', kind: 'config' });
    expect((await refusal()).message).to.match(
      /does not send to ada@example\.test: .*sandbox in eu-west-1.*production access/,
    );
  });

  it('of a sender who is not verified says which setting is at fault', async () => {
    ses.refuse(notVerified([from]));
    expect((await refusal()).message).to.match(/not send from alerts@cqa\.example: .*not verified.*CQA_EMAIL_FROM/);
  });

  it('is tried again where SES is throttling, and says for how long that may be', async () => {
    ses.refuse(throttled, quotaUsedUp);
    const soon = await refusal();
    expect(soon).to.include({ code: 'rate_limited', kind: 'transient' });
    expect(soon.message).to.contain('a little later');
    const later = await refusal();
    expect(later.kind).to.equal('transient');
    expect(later.message).to.contain('daily quota');
    // One call each: the tries are ours, so that they are seen.
    expect(ses.calls).to.equal(2);
  });

  for (const [what, code, words, kind, answer] of [
    ['wrong credentials', 'sign_in_refused', /Check the AWS credentials/, 'config', aws(403, 'SignatureDoesNotMatch')],
    ['a missing right', 'sign_in_refused', /ses:SendEmail/, 'config', aws(403, 'AccessDenied')],
    ['a paused account', 'email_refused', /paused sending/, 'config', aws(400, 'AccountSendingPausedException')],
    ['what SES will not take', 'email_refused', /InvalidParameterValue/, 'config', aws(400, 'InvalidParameterValue')],
    ['trouble at SES', 'http_unavailable', /answered 503/, 'transient', aws(503, 'ServiceUnavailable')],
  ] as const)
    it(`tells ${what} in words`, async () => {
      ses.refuse(answer);
      const error = await refusal();
      expect(error).to.include({ code, kind });
      expect(error.message).to.match(words);
    });

  function aws(status: number, code: string) {
    return { status, code, message: 'It is so.' };
  }

  it('is tried again where SES cannot be reached, or breaks off', async () => {
    ses.refuse((response) => response.destroy());
    expect(await refusal()).to.include({ code: 'host_unreachable', kind: 'transient' });
    await ses.close();
    expect((await refusal()).message).to.match(/cannot be reached \(ECONNREFUSED\)/);
    ses = await openSesServer();
  });

  it('may have been sent where SES breaks off instead of answering', async () => {
    ses.refuse((response) => response.destroy());
    expect(mayHaveBeenSent(await refusal())).to.equal(true);
  });

  for (const [what, answer] of [
    ['takes the connection and never answers', () => undefined],
    ['falls silent within its answer', (response: ServerResponse) => void response.writeHead(200).write('<Send')],
  ] as const)
    it(`may have been sent where SES ${what}, which is not waited for any longer`, async () => {
      ses.refuse(answer);
      const late = await openSes(
        from,
        ses.settings,
        300,
      )(mail).then(
        () => undefined,
        (error) => error,
      );
      expect(late).to.include({ code: 'host_timeout', kind: 'transient' });
      expect(mayHaveBeenSent(late)).to.equal(true);
    });

  it('was not sent where no connection to SES came about', async () => {
    // It hangs up in the middle of the TLS handshake.
    const door = createServer((socket) => socket.resetAndDestroy()).listen(0, '127.0.0.1');
    await once(door, 'listening');
    const endpoint = `https://127.0.0.1:${(door.address() as AddressInfo).port}`;
    const hungUp = await openMailer({ emailFrom: from }, { ...ses.settings, endpoint })
      ?.send(mail)
      .catch((error) => error);
    door.close();
    expect(hungUp).to.include({ kind: 'transient' });
    expect(mayHaveBeenSent(hungUp)).to.equal(false);
    // As @smithy/node-http-handler, and as Node, put it.
    const words = 'the request socket did not establish a connection with the server within the configured timeout';
    for (const facts of [{ message: words }, { message: 'connect ETIMEDOUT', code: 'ETIMEDOUT', syscall: 'connect' }]) {
      const late = sesFailure(Object.assign(new Error(facts.message), { name: 'TimeoutError', ...facts }), from);
      expect(late.code).to.equal('host_timeout');
      expect(mayHaveBeenSent(late)).to.equal(false);
    }
  });

  it('is not sent at all where no sender is set', () => {
    expect(openMailer({ emailFrom: undefined })).to.equal(undefined);
  });
});
