import { setAccount } from '../../../../server/accounts/accounts.ts';
import { createUser } from '../../../../server/accounts/users.ts';
import type { RequestedExport } from '../../../../server/console/analyses/exports.ts';
import { openSession } from '../../../../server/security/sessions.ts';
import type { Role } from '../../../../shared/configuration.ts';
import { eventually } from '../../../harness/eventually.ts';
import { testAccount } from '../../../harness/services.ts';
import { type LocalSes, startLocalSes, useSes } from '../../../harness/ses.ts';
import { Runs } from '../../jobs/runs.ts';
import { seedAnalysis, seedInteraction, seedProfile } from '../../reports/seed.ts';
import { type Door, openDoor } from '../../web/door.ts';

export const domain = 'call.test';
const profile = 'Basics';

export interface Person {
  id: number;
  uid: string;
  email: string;
  token: string;
}

/**
 * An account with three analysed calls (ann and bob of north, cat of south) whose people ask for reports over the console's
 * door, a worker that makes them, and the server that stands for Amazon SES.
 */
export class AskedExports {
  readonly door: Door;
  readonly ses: LocalSes;
  readonly account: { id: number; uid: string };
  readonly runs: Runs;
  readonly #undoSes: () => void;

  private constructor(door: Door, ses: LocalSes, account: { id: number; uid: string }) {
    this.door = door;
    this.ses = ses;
    this.account = account;
    this.runs = new Runs(door.services, account.id);
    this.#undoSes = useSes(ses.url);
  }

  static async open(): Promise<AskedExports> {
    const door = await openDoor({ emailFrom: 'cqa@cqa.example' });
    const account = await testAccount(door.services);
    await setAccount(door.services, account.uid, { emailDomains: [domain] });
    const exports = new AskedExports(door, await startLocalSes(), account);
    await exports.#seed();
    return exports;
  }

  async #seed(): Promise<void> {
    const { services } = this.door;
    await seedProfile(services, this.account.id, profile, { Greeting: { kind: 'manual' } });
    await this.call('ann-north', { agent_email: `ann@${domain}`, team_name: 'north' }, 9);
    await this.call('bob-north', { agent_email: `bob@${domain}`, team_name: 'north' }, 5);
    await this.call('cat-south', { agent_email: `cat@${domain}`, team_name: 'south' }, 2);
  }

  /** A call of 3 November 2026 with so many points of ten. */
  async call(externalId: string, metadata: Record<string, string>, points: number): Promise<void> {
    const { services } = this.door;
    const seed = { externalId, metadata, status: 'completed' as const };
    const { id, executionId } = await seedInteraction(services, this.account.id, seed);
    // Else a job of the same number would wait for it.
    await services.database.pool.query("UPDATE execution SET status = 'success' WHERE id = ?", [executionId]);
    await seedAnalysis(services, this.account.id, id, { profile, points });
  }

  async person(email: string, role: Role, given: { teams?: string[]; verified?: boolean } = {}): Promise<Person> {
    const { services } = this.door;
    const { teams = [], verified = true } = given;
    const { id, uid } = await createUser(services, this.account.id, { email, role, teams, verified });
    const { token } = await openSession(services, { accountId: this.account.id, userId: id, kind: 'embed' });
    return { id, uid, email, token };
  }

  /** The answer to Export report with November's calls. */
  ask({ token }: Person, given: Record<string, unknown> = {}) {
    const report = {
      date_range: { from: '2026-11-01', to: '2026-11-30' },
      columns: ['external_interaction_id', 'final_score'],
      ...(given.report as object),
    };
    return this.door.mutate('analyses.export', { email_me: true, ...given, report }, { token });
  }

  /** Asks and waits for the end, as the asker sees it. */
  async asked(person: Person, given: Record<string, unknown> = {}): Promise<RequestedExport> {
    const answer = await this.ask(person, given);
    if (answer.status !== 200) throw new Error(answer.text);
    return await this.ended(person, (answer.data as { execution_id: string }).execution_id);
  }

  async ended({ token }: Person, executionId: string): Promise<RequestedExport> {
    return await eventually('the end of the export', async () => {
      const listed = (await this.door.query('analyses.exports', undefined, { token })).data as RequestedExport[];
      return listed.find((row) => row.execution_id === executionId && row.ended_at !== null);
    });
  }

  /** The lines of the file that the newest mail to that address leads to, without its heading. */
  async mailedRows(address: string): Promise<string[]> {
    return (await this.mailedFile(address)).toString('utf8').trim().split('\r\n').slice(1);
  }

  /** The file that the newest mail to that address leads to. */
  async mailedFile(address: string): Promise<Buffer> {
    const mail = (await this.ses.mails()).findLast(({ to }) => to.includes(address));
    const path = /\/d\/\S+/.exec(mail?.text ?? '')?.[0];
    if (!path) throw new Error(`no mail with a link was sent to ${address}`);
    return Buffer.from(await (await fetch(`${this.door.url}${path}`)).arrayBuffer());
  }

  async mailsTo(address: string): Promise<number> {
    return (await this.ses.mails()).filter(({ to }) => to.includes(address)).length;
  }

  async close(): Promise<void> {
    await this.runs.stop();
    this.#undoSes();
    await this.ses.close();
    await this.door.close();
  }
}
