import { expect } from 'chai';
import { createUser } from '../../../../server/accounts/users.ts';
import { openSession } from '../../../../server/security/sessions.ts';
import type { Role } from '../../../../shared/configuration.ts';
import { testAccount } from '../../../harness/services.ts';
import { type Door, openDoor } from '../../web/door.ts';
import { makeInteraction } from '../belongings.ts';

describe('what a user sees of the Analysis List', () => {
  let door: Door;
  let accountId: number;
  const calls: Record<string, string> = {};

  before(async () => {
    door = await openDoor();
    accountId = (await testAccount(door.services, { console: false })).id;
    const of = async (externalId: string, metadata: Record<string, string>) => {
      calls[externalId] = await makeInteraction(door.services, accountId, { externalId, metadata });
    };
    await of('ann-north', { agent_email: 'ann@call.test', team_name: 'north' });
    await of('bob-north', { agent_email: 'bob@call.test', team_name: 'north' });
    await of('cat-south', { agent_email: 'cat@call.test', team_name: 'south' });
  });
  after(() => door.close());

  async function as(email: string, role: Role, teams: string[] = []) {
    const { id } = await createUser(door.services, accountId, { email, role, teams });
    return (await openSession(door.services, { accountId, userId: id, kind: 'embed' })).token;
  }

  async function seenBy(token: string) {
    const listed = (await door.query('analyses.list', {}, { token })).data as {
      rows: { external_interaction_id: string }[];
    };
    const inList = listed.rows.map((row) => row.external_interaction_id).sort();
    const opened: string[] = [];
    const played: string[] = [];
    for (const [externalId, id] of Object.entries(calls)) {
      if ((await door.query('analyses.interaction', { id }, { token })).status === 200) opened.push(externalId);
      if ((await door.query('analyses.media', { id, position: 0 }, { token })).status === 200) played.push(externalId);
    }
    expect(opened).to.deep.equal(inList);
    expect(played).to.deep.equal(inList);
    return inList;
  }

  it('is everything for an admin, also where the console is off', async () => {
    expect(await seenBy(await as('boss@call.test', 'admin'))).to.deep.equal(['ann-north', 'bob-north', 'cat-south']);
  });

  it('is the teams of a supervisor, in the list, on the page and in the player', async () => {
    expect(await seenBy(await as('north@call.test', 'supervisor', ['north']))).to.deep.equal([
      'ann-north',
      'bob-north',
    ]);
    expect(await seenBy(await as('none@call.test', 'supervisor'))).to.deep.equal([]);
  });

  it('is an agent’s own calls', async () => {
    expect(await seenBy(await as('ann@call.test', 'agent'))).to.deep.equal(['ann-north']);
  });

  it('shrinks at once for an address that was given out before', async () => {
    const token = await as('cat@call.test', 'agent');
    const answer = await door.query('analyses.media', { id: calls['cat-south'], position: 0 }, { token });
    const address = `${door.url}${(answer.data as { url: string }).url}`;
    expect((await fetch(address)).status).to.equal(200);
    await door.services.database.pool.query("UPDATE user SET email = 'moved@call.test' WHERE email = 'cat@call.test'");
    expect((await fetch(address)).status).to.equal(404);
  });
});
