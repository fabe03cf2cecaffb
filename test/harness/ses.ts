import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface TakenMail {
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
  attachments: unknown[];
}

/** The local server that stands for Amazon SES, or whatever else answers at `url`. */
export interface LocalSes {
  url: string;
  /** All that were taken, the oldest first. */
  mails(): Promise<TakenMail[]>;
  close(): Promise<void>;
}

interface StoredMail {
  from: string;
  destination: { to: string[] };
  subject: string;
  body: { text: string; html: string };
  attachments: unknown[];
}

/** The server keeps the mails of its process together, so those of before are left out. */
export async function startLocalSes(): Promise<LocalSes> {
  // A CommonJS module: what it exports by default is a property of what is imported by default.
  const { default: module } = await import('aws-ses-v2-local');
  const server = await module.default({ port: 0, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stored = async () => ((await (await fetch(`${url}/store`)).json()) as { emails: StoredMail[] }).emails;
  const before = (await stored()).length;
  return {
    url,
    async mails() {
      const mails = (await stored()).slice(before);
      return mails.map(({ from, destination, subject, body, attachments }) => ({
        ...{ from, to: destination.to, subject, attachments },
        ...{ text: body.text, html: body.html },
      }));
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Points the SDK of this process at a server of SES; gives how to undo it. Credentials of S3 that are set stay. */
export function useSes(url: string): () => void {
  const wanted: Record<string, string> = {
    AWS_ENDPOINT_URL_SES: url,
    AWS_REGION: process.env.AWS_REGION ?? 'eu-west-1',
    AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID ?? 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: process.env.AWS_SECRET_ACCESS_KEY ?? 'for tests',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  const before = Object.keys(wanted).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, wanted);
  return () => {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  };
}
