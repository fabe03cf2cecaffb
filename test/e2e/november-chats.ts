import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { cqa } from '../harness/cqa.ts';
import { scratchFolder } from '../harness/folders.ts';
import { type Product, packageRoot } from '../harness/product.ts';
import { type Sshd, startSshd } from '../harness/sshd.ts';
import { startTestProduct } from '../harness/test-product.ts';

export const admin = 'ada@acme.example';
export const password = 'long enough!';

const columns = 'external_interaction_id,channel_type,interaction_start_time,transcript_text,agent_name,team_name';
const chats = 40;
/** Those of the team North. */
export const northern = 30;

/** The product with forty analysed chats of November 2026, every second of which greets, and the server of a customer. */
export class NovemberChats {
  readonly product: Product;
  readonly sftp: Sshd;
  #bearer = '';

  private constructor(product: Product, sftp: Sshd) {
    this.product = product;
    this.sftp = sftp;
  }

  static async open(): Promise<NovemberChats> {
    const directory = join(scratchFolder('customer'), 'home');
    chmodSync(dirname(directory), 0o711);
    for (const folder of ['calls', 'reports']) mkdirSync(join(directory, folder), { recursive: true });
    const lines = [columns, ...Array.from({ length: chats }, (_, index) => line(index))];
    writeFileSync(join(directory, 'calls', 'chats.csv'), `${lines.join('\n')}\n`);
    const sftp = await startSshd({ directory });
    const product = await startTestProduct(variables(sftp));
    const opened = new NovemberChats(product, sftp);
    await opened.#analyse();
    return opened;
  }

  async #analyse(): Promise<void> {
    const words = ['--name', 'Acme', '--admin-email', admin, '--admin-password', password, '--console'];
    const call = <T>(...parts: string[]) => cqa<T>(this.product.environment, ...parts);
    const { account_id: account } = await call<{ account_id: string }>('account', 'create', ...words);
    await call('apply', '--account', account, '-f', join(packageRoot, 'test/e2e/reports.yaml'));
    await call('job', 'run', '--account', account, '--name', 'calls', '--wait');
    await call('analysis', 'wait', '--account', account, '--timeout', '600');
  }

  /** In the browser; `ask` asks as that person from then on. */
  async signIn(page: Page, email: string): Promise<void> {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    const asked = page.waitForRequest((request) => 'authorization' in request.headers());
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    this.#bearer = (await asked).headers().authorization ?? '';
  }

  /** A procedure of the console by itself. */
  async ask<T>(method: 'GET' | 'POST', procedure: string, input?: unknown): Promise<T> {
    const answer = await fetch(`${this.product.url}/trpc/${procedure}`, {
      method,
      headers: { authorization: this.#bearer, 'content-type': 'application/json' },
      ...(method === 'POST' ? { body: JSON.stringify(input) } : {}),
    });
    const { result, error } = (await answer.json()) as { result: { data: T }; error?: { message: string } };
    if (error) throw new Error(`${procedure}: ${error.message}`);
    return result.data;
  }

  async close(): Promise<void> {
    await this.product.stop();
    await this.sftp.stop();
  }
}

function line(index: number): string {
  const day = String(5 + (index % 15)).padStart(2, '0');
  const words = index % 2 === 0 ? 'thank you for calling' : 'hello';
  const team = index % 4 === 0 ? 'South' : 'North';
  const text = `"Agent: ${words}, this is number ${index}"`;
  return `chat-${index},CHAT,2026-11-${day}T10:00:00Z,${text},Agent ${index % 5},${team}`;
}

function variables({ host, port, username, password: sftpPassword = '', directory }: Sshd): NodeJS.ProcessEnv {
  return {
    SFTP_HOST: host,
    SFTP_PORT: String(port),
    SFTP_USER: username,
    SFTP_PASSWORD: sftpPassword,
    SFTP_FOLDER: directory,
  };
}
