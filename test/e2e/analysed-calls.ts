import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Role } from '../../shared/configuration.ts';
import { startBrowser } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { patienceMs } from '../harness/eventually.ts';
import { scratchFolder } from '../harness/folders.ts';
import type { Product } from '../harness/product.ts';
import { type LocalSes, startLocalSes } from '../harness/ses.ts';
import { type Sshd, startSshd } from '../harness/sshd.ts';
import { startTestProduct } from '../harness/test-product.ts';
import { type Troubles, watchTroubles } from '../harness/watched-page.ts';

export const domain = 'calls.example';
export const password = 'long enough!';

/** External id, agent, team, product, what is said: `hello` brings six points, `goodbye` four. */
const calls = [
  ['NORTH-1', 'ann', 'north', 'phones', 'hello and goodbye', '03'],
  ['NORTH-2', 'ann', 'north', 'tablets', 'hello', '04'],
  ['NORTH-3', 'bob', 'north', 'phones', 'well', '05'],
  ['SOUTH-1', 'cat', 'south', 'phones', 'hello and goodbye', '06'],
  ['SOUTH-2', 'cat', 'south', 'tablets', 'well', '07'],
] as const;

/** The product as a customer has it, with five analysed calls of November 2026, an SFTP server and a mail service. */
export class AnalysedCalls {
  readonly product: Product;
  readonly ses: LocalSes;
  readonly sftp: Sshd;
  readonly browser: Browser;
  account = '';
  readonly #contexts: BrowserContext[] = [];
  #troubles: Troubles[] = [];

  private constructor(product: Product, ses: LocalSes, sftp: Sshd, browser: Browser) {
    this.product = product;
    this.ses = ses;
    this.sftp = sftp;
    this.browser = browser;
  }

  static async open(): Promise<AnalysedCalls> {
    const directory = join(scratchFolder('customer'), 'home');
    chmodSync(dirname(directory), 0o711);
    for (const folder of ['calls', 'reports']) mkdirSync(join(directory, folder), { recursive: true });
    writeFileSync(join(directory, 'calls', 'calls.csv'), csv());
    const [sftp, ses] = await Promise.all([startSshd({ directory }), startLocalSes()]);
    const environment = {
      CQA_EMAIL_FROM: 'CQA Reports <reports@cqa.example>',
      AWS_ENDPOINT_URL_SES: ses.url,
      ...{ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'for tests' },
    };
    const [product, browser] = await Promise.all([startTestProduct(environment), startBrowser()]);
    const opened = new AnalysedCalls(product, ses, sftp, browser);
    await opened.#analyse();
    return opened;
  }

  async #analyse(): Promise<void> {
    const admin = ['--admin-email', `boss@${domain}`, '--admin-password', password];
    const made = await this.cqa<{ account_id: string }>('account', 'create', '--name', 'Calls', ...admin, '--console');
    this.account = made.account_id;
    await this.cqa('account', 'set', '--account', this.account, '--email-domain', domain);
    const file = join(scratchFolder('configuration'), 'calls.yaml');
    writeFileSync(file, this.#configuration());
    await this.cqa('apply', '--account', this.account, '-f', file);
    await this.cqa('job', 'run', '--account', this.account, '--name', 'calls', '--wait');
    await this.cqa('analysis', 'wait', '--account', this.account, '--timeout', '600');
  }

  cqa<T>(...words: string[]): Promise<T> {
    return cqa<T>(this.product.environment, ...words);
  }

  /** Somebody of the account, by the name before the @. */
  async addPerson(name: string, role: Role, options: { team?: string; verified?: boolean } = {}): Promise<void> {
    const words = ['--email', `${name}@${domain}`, '--role', role, '--password', password];
    const team = options.team ? ['--team', options.team] : [];
    const verified = options.verified === false ? [] : ['--verified'];
    await this.cqa('user', 'create', '--account', this.account, ...words, ...team, ...verified);
  }

  /** A browser of its own in which that person, by the name before the @ or the whole address, has signed in. */
  async enter(name: string, address = '/analyses', size = { width: 1280, height: 900 }): Promise<Page> {
    const context = await this.browser.newContext({ viewport: size, acceptDownloads: true });
    context.setDefaultTimeout(patienceMs);
    this.#contexts.push(context);
    this.#troubles.push(watchTroubles(context));
    const page = await context.newPage();
    await page.goto(this.product.url + address);
    await page.getByLabel('E-mail').fill(name.includes('@') ? name : `${name}@${domain}`);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.locator('cqa-shell').waitFor();
    return page;
  }

  /** What went wrong in the browsers since the last call, which are closed by it. */
  async leave(): Promise<string[]> {
    const seen = this.#troubles.flatMap((troubles) => troubles.unexpected());
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
    this.#troubles = [];
    return seen;
  }

  /** The newest mail to that person; undefined before there is one. */
  async mailTo(name: string) {
    return (await this.ses.mails()).findLast(({ to }) => to.includes(`${name}@${domain}`));
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.product.stop();
    await Promise.all([this.sftp.stop(), this.ses.close()]);
  }

  #configuration(): string {
    const { host, port, username, directory } = this.sftp;
    const server = `host: "${host}"
      port: "${port}"
      username: "${username}"
      credential: { type: password, password: "${this.sftp.password}" }
      file_format: csv`;
    return `connectors:
  - name: calls
    direction: import
    type: sftp
    config:
      ${server}
      directory: "${directory}/calls"
      stable_seconds: 0
  - name: Vault
    direction: export
    type: sftp
    config:
      ${server}
      directory: "${directory}/reports"
metadata_fields:
  - { cqa_key: team_name, display_name: Team, is_used_for_filtering: true }
  - { cqa_key: product, display_name: Product, is_used_for_filtering: true }
quality_profiles:
  - name: Basics
    categories:
      - name: Words
        sub_categories:
          - name: Both
            kpis:
              - { kpi_name: Greets, kpi_question: Hello?, input_type: "Yes/No", options: [{ label: "Yes", weightage: 6 }, { label: "No", weightage: 0 }], evaluator: { kind: phrase, any: [hello], role: agent } }
              - { kpi_name: Leaves, kpi_question: Goodbye?, input_type: "Yes/No", options: [{ label: "Yes", weightage: 4 }, { label: "No", weightage: 0 }], evaluator: { kind: phrase, any: [goodbye], role: agent } }
assignment_rules:
  - { name: all, filter_group: [[{ attribute: source, operator: CONTAINS, value: pbx }]], assign_quality_profiles: [Basics] }
# Run by hand alone: it does not come due while a test runs.
jobs:
  - { name: calls, type: data_import, connectors: [calls], schedule: { frequency: daily, start_date: 2099-01-01 } }
`;
  }
}

function csv(): string {
  const lines = calls.map(
    ([id, agent, team, product, said, day]) =>
      `${id},CHAT,pbx,en,2026-11-${day}T09:00:00Z,60,Agent: ${said},${agent}@${domain},${agent},${team},${product}`,
  );
  const heading =
    'external_interaction_id,channel_type,source,language,interaction_start_time,duration_seconds,transcript_text';
  return [`${heading},agent_email,agent_name,team_name,product`, ...lines, ''].join('\n');
}
