import { expect } from 'chai';
import { setAccount } from '../../../server/accounts/accounts.ts';
import { consoleRouter } from '../../../server/console/router.ts';
import { createEmbedSecret } from '../../../server/security/embed.ts';
import { openSession } from '../../../server/security/sessions.ts';
import { testAccount } from '../../harness/services.ts';
import { type Answer, type CallOptions, type Door, openDoor, signedInAs } from '../web/door.ts';
import { makeBelongings } from './belongings.ts';
import { type Entry, entries, type Given, unspeakable } from './procedures.ts';

type Kind = 'query' | 'mutation' | 'subscription';
const procedures = Object.entries(consoleRouter._def.procedures as unknown as Record<string, { _def: { type: Kind } }>);

describe('every procedure of the console', () => {
  let door: Door;
  let given: Given;
  let other: Given;
  let admin: { id: number; token: string };
  let agent: { token: string };

  before(async () => {
    door = await openDoor();
    [given, other] = await Promise.all([anAccount(), anAccount()]);
    admin = await signedInAs(door.services, given.account.id, 'admin');
    agent = await signedInAs(door.services, given.account.id, 'agent');
  });
  after(() => door.close());

  async function anAccount(): Promise<Given> {
    const { services } = door;
    const account = await testAccount(services);
    await createEmbedSecret(services, account.id);
    return {
      services,
      account,
      adminEmail: account.adminEmail,
      own: await makeBelongings(services, account.id),
    };
  }

  function call(path: string, kind: Kind, input: unknown, options?: CallOptions): Promise<Answer> {
    return kind === 'mutation' ? door.mutate(path, input, options) : door.query(path, input, options);
  }

  it('is in the table of this suite, and nothing else is', () => {
    expect(Object.keys(entries).sort()).to.deep.equal(procedures.map(([path]) => path).sort());
  });

  for (const [path, { _def }] of procedures) {
    const entry: Entry | undefined = entries[path];
    if (!entry) continue;
    const kind = _def.type;
    const valid = async (of: Given) => entry.valid?.(of);

    describe(path, () => {
      if (entry.who !== 'anybody')
        it('asks who does not sign in to do so', async () => {
          for (const token of [undefined, 'not-a-token', `${admin.token}x`]) {
            const answer = await call(path, kind, await valid(given), { token });
            expect(answer.status).to.equal(401);
            expect(answer.error?.data).to.include({ code: 'unauthorized' });
            expect(answer.error?.data.trace_id).to.match(/^[0-9a-f]{16}$/);
          }
        });

      if (entry.who === 'admin' || entry.who === 'admin of console')
        it('refuses who is no admin', async () => {
          const answer = await call(path, kind, await valid(given), { token: agent.token });
          expect(answer.status).to.equal(403);
          expect(answer.error?.data.code).to.equal('forbidden');
          expect(answer.error?.message).to.match(/Ask an admin/);
        });

      if (entry.who === 'admin of console')
        it('says whom to ask where the console is off', async () => {
          await setAccount(door.services, given.account.uid, { consoleEnabled: false });
          const answer = await call(path, kind, await valid(given), { token: admin.token });
          await setAccount(door.services, given.account.uid, { consoleEnabled: true });
          expect(answer.status).to.equal(403);
          expect(answer.error?.data.code).to.equal('console_disabled');
          expect(answer.error?.message).to.match(/customer success manager/);
        });

      if (entry.namesSomething)
        it("does not find another account's", async () => {
          const answer = await call(path, kind, await valid(other), { token: admin.token });
          expect(answer.status).to.equal(404);
          expect(answer.error?.data.code).to.equal('not_found');
        });

      for (const input of entry.invalid ?? [])
        it(`refuses ${JSON.stringify(input).slice(0, 60)}`, async () => {
          const answer = await call(path, kind, input, { token: admin.token });
          expect(answer.status).to.equal(400);
          expect(answer.error?.data.code).to.equal('invalid');
        });

      if (entry.valid)
        it('refuses what is no object', async () => {
          const answer = await call(path, kind, 42, { token: admin.token });
          expect(answer.status).to.equal(400);
        });

      if (kind !== 'subscription')
        it('answers whom it is for, without a secret', async () => {
          const { id: accountId } = given.account;
          const own = await makeBelongings(door.services, accountId);
          const { token } = await openSession(door.services, { accountId, userId: admin.id, kind: 'embed' });
          const answer = await call(path, kind, await valid({ ...given, own }), { token });
          expect(answer.status, answer.text).to.equal(entry.answers ?? 200);
          for (const word of unspeakable) expect(answer.text).not.to.contain(word);
        });
    });
  }
});
