import { expect } from 'chai';
import { parseUuid } from '../../../db/uuid.ts';
import { setAccount } from '../../../server/accounts/accounts.ts';
import { createUser } from '../../../server/accounts/users.ts';
import { consoleRouter } from '../../../server/console/router.ts';
import { createEmbedSecret } from '../../../server/security/embed.ts';
import { findSession, openSession } from '../../../server/security/sessions.ts';
import { recordingTicket, rejectedRowsTicket } from '../../../server/security/tickets.ts';
import { testAccount } from '../../harness/services.ts';
import { seedAnalysis, seedInteraction, seedProfile } from '../reports/seed.ts';
import { type Answer, type Door, openDoor } from '../web/door.ts';
import { makeBelongings } from './belongings.ts';
import { entries, type Given } from './procedures.ts';

type Kind = 'query' | 'mutation' | 'subscription';
const procedures = Object.entries(consoleRouter._def.procedures as unknown as Record<string, { _def: { type: Kind } }>);

const roles = ['agent', 'supervisor'] as const;
type NarrowRole = (typeof roles)[number];

/** Stands in what neither of them may see; must never be found in an answer of theirs. */
const secret = 'beyond-their-scope';

/** What a right call, made with things that are the account's but outside the caller's scope, is answered with. */
type Outcome = number | Record<NarrowRole, number>;
const campaignsOf: Outcome = { agent: 403, supervisor: 404 };
const campaignAdmins: Outcome = { agent: 403, supervisor: 403 };

/** Every procedure that is not for admins alone. One that is missing here fails the suite. */
const open: Record<string, Outcome> = {
  'session.signIn': 200,
  'session.exchange': 200,
  'session.me': 200,
  'session.signOut': 200,
  'session.ownAccount': 200,
  'session.sendVerification': 409,
  'session.verification': 200,
  'session.confirmAddress': 404,
  'session.invitation': 200,
  'session.acceptInvitation': 404,
  // They have no password.
  'session.changeAddress': 409,
  'session.changePassword': 409,
  'setup.state': 200,
  'setup.createAccount': 403,
  'analyses.list': 200,
  'analyses.fields': 200,
  'analyses.fieldValues': 200,
  'analyses.interaction': 404,
  'analyses.media': 404,
  // It names a connector.
  'analyses.export': 403,
  'analyses.exports': 200,
  'analyses.cancelExport': 404,
  'analyses.retryExport': 404,
  'reports.preview': 200,
  'reports.columns': 200,
  'reports.destinations': 200,
  'savedFilters.list': 200,
  'savedFilters.create': 200,
  'savedFilters.update': 403,
  'savedFilters.remove': 403,
  'preferences.get': 200,
  'preferences.set': 200,
  'profiles.list': 200,
  'campaigns.list': { agent: 403, supervisor: 200 },
  'campaigns.counts': { agent: 403, supervisor: 200 },
  'campaigns.get': campaignsOf,
  'campaigns.create': campaignAdmins,
  'campaigns.update': campaignAdmins,
  'campaigns.remove': campaignAdmins,
  'campaigns.imports': campaignsOf,
  'campaigns.import': campaignsOf,
  'campaigns.importFiles': campaignsOf,
  'campaigns.createImport': campaignsOf,
  'campaigns.previewSheets': campaignsOf,
  'campaigns.finishImport': campaignsOf,
  'campaigns.cancelImport': campaignsOf,
};

describe('whoever is no admin and calls for himself', () => {
  let door: Door;
  let given: Given;
  const users: Partial<Record<NarrowRole, number>> = {};

  before(async () => {
    door = await openDoor();
    const { services } = door;
    const account = await testAccount(services);
    await setAccount(services, account.uid, { emailDomains: ['call.test'] });
    await createEmbedSecret(services, account.id);
    const own = await makeBelongings(services, account.id);
    given = { services, account, adminEmail: account.adminEmail, own };
    await seedProfile(services, account.id, 'Basics', { Greeting: { kind: 'manual' } });
    await call('ann-north', { agent_email: 'ann@call.test', team_name: 'north' });
    await call('bob-north', { agent_email: 'bob@call.test', team_name: 'north' });
    await call(`${secret}-call`, { agent_email: 'cat@call.test', team_name: 'south', [`${secret}-key`]: secret });
    const person = { verified: true, teams: ['north'] };
    users.agent = (await createUser(services, account.id, { ...person, email: 'ann@call.test', role: 'agent' })).id;
    users.supervisor = (
      await createUser(services, account.id, { ...person, email: 'sue@call.test', role: 'supervisor' })
    ).id;
  });
  after(() => door.close());

  async function call(externalId: string, metadata: Record<string, string>): Promise<void> {
    const { services, account } = given;
    const interaction = { externalId, metadata, status: 'completed' as const };
    const { id } = await seedInteraction(services, account.id, interaction);
    await seedAnalysis(services, account.id, id, { profile: 'Basics', points: 7 });
  }

  async function tokenOf(role: NarrowRole): Promise<string> {
    const opening = { accountId: given.account.id, userId: users[role] ?? 0, kind: 'embed' as const };
    return (await openSession(door.services, opening)).token;
  }

  function ask(path: string, kind: Kind, input: unknown, token: string): Promise<Answer> {
    return kind === 'mutation' ? door.mutate(path, input, { token }) : door.query(path, input, { token });
  }

  it('is given only what this suite names', () => {
    const forAdmins = new Set(['admin', 'admin of console']);
    const others = procedures
      .filter(([path, { _def }]) => !forAdmins.has(entries[path]?.who ?? '') && _def.type !== 'subscription')
      .map(([path]) => path);
    expect(others.sort()).to.deep.equal(Object.keys(open).sort());
  });

  for (const role of roles)
    for (const [path, { _def }] of procedures) {
      const entry = entries[path];
      if (!entry || _def.type === 'subscription') continue;
      const outcome = open[path];
      const expected = outcome === undefined ? 403 : typeof outcome === 'number' ? outcome : outcome[role];
      it(`${role}: ${path} answers ${expected}, and nothing from outside the scope`, async () => {
        const token = await tokenOf(role);
        const answer = await ask(path, _def.type, await entry.valid?.(given), token);
        expect(answer.status, answer.text).to.equal(expected);
        expect(answer.text).not.to.contain(secret);
      });
    }

  describe('within his own scope', () => {
    const calls = { agent: ['ann-north'], supervisor: ['ann-north', 'bob-north'] };
    const report = {
      date_range: { from: '2026-11-01', to: '2026-11-30' },
      columns: ['external_interaction_id', `metadata.${secret}-key`],
    };

    for (const role of roles) {
      it(`${role}: sees his calls in the list and in a preview, and their number, whatever he filters by`, async () => {
        const token = await tokenOf(role);
        const { data } = await door.query('analyses.list', {}, { token });
        const listed = (data as { rows: { external_interaction_id: string }[] }).rows;
        expect(listed.map((row) => row.external_interaction_id).sort()).to.deep.equal(calls[role]);
        for (const filter of [{}, { min_score: 0 }, { status: ['completed'] }]) {
          const preview = (await door.mutate('reports.preview', { report, filter }, { token })).data;
          const { rows, row_count } = preview as { rows: string[][]; row_count: number };
          expect(rows.map(([id]) => id).sort()).to.deep.equal(calls[role]);
          expect(row_count).to.equal(calls[role].length);
        }
        const sought = { report, filter: { search: secret } };
        expect((await door.mutate('reports.preview', sought, { token })).data).to.deep.include({ row_count: 0 });
      });

      it(`${role}: is offered his own address and no connector, and no key that only others’ calls have`, async () => {
        const token = await tokenOf(role);
        const { data } = await door.query('reports.destinations', undefined, { token });
        expect((data as { connectors: unknown[] }).connectors).to.deep.equal([]);
        const columns = await door.query('reports.columns', undefined, { token });
        expect(columns.text).to.contain('metadata.agent_email').and.not.to.contain(secret);
      });

      it(`${role}: has no way out by a connector, a download, another address or another one’s execution`, async () => {
        const token = await tokenOf(role);
        const { own } = given;
        const exportTo = (input: object) => door.mutate('analyses.export', { report: {}, ...input }, { token });
        expect((await exportTo({ connectors: [own.exportConnector] })).status).to.equal(403);
        expect((await exportTo({ connectors: [own.exportConnector], email_me: true })).status).to.equal(403);
        expect((await exportTo({ email_me: true, recipient: 'eve@call.test' })).status).to.equal(400);
        expect((await exportTo({ email_me: 'eve@call.test' })).status).to.equal(400);
        const scope = { role: 'admin', email: 'ann@call.test', teams: [], campaigns: [] };
        expect((await exportTo({ report: { scope }, email_me: true })).status).to.equal(400);
        for (const path of ['executions.download', 'executions.get', 'executions.retry', 'executions.cancel']) {
          const input = { id: own.exportExecution, ...(path === 'executions.download' ? { part: 1 } : {}) };
          const isRead = path === 'executions.download' || path === 'executions.get';
          expect((await ask(path, isRead ? 'query' : 'mutation', input, token)).status).to.equal(403);
        }
      });

      it(`${role}: finds every other door shut`, async () => {
        const token = await tokenOf(role);
        const session = await findSession(door.services, token);
        if (!session) throw new Error('no session');
        const { own, account, services } = given;
        const interaction = parseUuid(own.interaction) ?? Buffer.alloc(16);
        const paths: [string, number][] = [
          [recordingTicket(services.keyring, session, interaction, 0), 404],
          [rejectedRowsTicket(services.keyring, session, { execution: own.execution, state: 'open' }), 403],
          [`/cqa/api/v1/accounts/${account.uid}/quality-profiles`, 401],
          [`/cqa/api/v1/accounts/${account.uid}/reports`, 401],
          ['/d/made-up', 404],
        ];
        for (const [path, status] of paths) {
          const answer = await fetch(`${door.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
          expect(answer.status, path).to.equal(status);
          expect(await answer.text()).not.to.contain(secret);
        }
      });
    }

    it('an agent finds the campaigns’ uploads shut, too', async () => {
      const token = await tokenOf('agent');
      const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0', 'upload-length': '5' };
      const answer = await fetch(`${door.url}/campaign-uploads`, { method: 'POST', headers });
      expect(answer.status).to.equal(403);
    });
  });
});
