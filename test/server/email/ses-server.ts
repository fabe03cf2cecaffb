import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SesSettings } from '../../../server/email/mailer.ts';

export interface SentMail {
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
}

/** An error as SES's query protocol answers it. */
export interface SesRefusal {
  status: number;
  code: string;
  message: string;
}

/** Answers SendEmail as Amazon SES does, refusals included, which the local server for tests cannot. */
export interface SesServer {
  settings: SesSettings;
  sent: SentMail[];
  /** Every call, also those that were refused. */
  calls: number;
  /** In the sandbox only these may be written to; undefined: out of it. */
  verified: Set<string> | undefined;
  /** The next calls are answered so, in their order. */
  refuse(...refusals: (SesRefusal | ((response: ServerResponse) => void))[]): void;
  close(): Promise<void>;
}

export async function openSesServer(): Promise<SesServer> {
  let refusals: (SesRefusal | ((response: ServerResponse) => void))[] = [];
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    server.calls += 1;
    const mail = mailOf(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
    const refusal = refusals.shift() ?? sandboxRefusal(mail, server.verified);
    if (typeof refusal === 'function') return refusal(response);
    if (refusal) return void response.writeHead(refusal.status, xml).end(errorXml(refusal));
    server.sent.push(mail);
    response.writeHead(200, xml).end(answerXml(`message-${server.sent.length}`));
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const { port } = http.address() as AddressInfo;
  const server: SesServer = {
    settings: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'for tests' },
    },
    sent: [],
    calls: 0,
    verified: undefined,
    refuse(...list) {
      refusals = list;
    },
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
  return server;
}

const xml = { 'content-type': 'text/xml' };

function mailOf(form: URLSearchParams): SentMail {
  const of = (name: string) => form.get(name) ?? '';
  const to = [...form].filter(([name]) => name.startsWith('Destination.ToAddresses.member.')).map(([, value]) => value);
  return {
    ...{ from: of('Source'), to, subject: of('Message.Subject.Data') },
    ...{ text: of('Message.Body.Text.Data'), html: of('Message.Body.Html.Data') },
  };
}

function sandboxRefusal({ to }: SentMail, verified: Set<string> | undefined): SesRefusal | undefined {
  const unverified = verified ? to.filter((address) => !verified.has(address)) : [];
  return unverified.length > 0 ? notVerified(unverified) : undefined;
}

export function notVerified(identities: string[]): SesRefusal {
  const message = `Email address is not verified. The following identities failed the check in region EU-WEST-1: ${identities.join(', ')}`;
  return { status: 400, code: 'MessageRejected', message };
}

export const throttled: SesRefusal = { status: 400, code: 'Throttling', message: 'Maximum sending rate exceeded.' };
export const quotaUsedUp: SesRefusal = { status: 400, code: 'Throttling', message: 'Daily message quota exceeded.' };

function errorXml({ code, message }: SesRefusal): string {
  return `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>0b1a</RequestId></ErrorResponse>`;
}

function answerXml(id: string): string {
  return `<SendEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendEmailResult><MessageId>${id}</MessageId></SendEmailResult><ResponseMetadata><RequestId>0b1b</RequestId></ResponseMetadata></SendEmailResponse>`;
}
