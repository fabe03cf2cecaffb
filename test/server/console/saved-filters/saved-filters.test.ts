import { expect } from 'chai';
import { saveConnector } from '../../../../server/configuration/connectors.ts';
import type { SavedFilterView } from '../../../../server/reports/saved-filters.ts';
import { testAccount } from '../../../harness/services.ts';
import { type Door, openDoor, signedInAs } from '../../web/door.ts';
import { by, sftpConnector } from '../belongings.ts';

interface Person {
  token: string;
  email: string;
}

describe('saved filters', () => {
  let door: Door;
  let accountId: number;
  let admin: Person;
  let ann: Person;
  let sue: Person;
  let count = 0;

  before(async () => {
    door = await openDoor();
    accountId = (await testAccount(door.services)).id;
    admin = await signedInAs(door.services, accountId, 'admin');
    ann = await signedInAs(door.services, accountId, 'agent');
    sue = await signedInAs(door.services, accountId, 'supervisor');
  });
  after(() => door.close());

  const newName = () => `filter ${++count}`;
  const create = ({ token }: Person, given: object) =>
    door.mutate('savedFilters.create', { name: newName(), filter: { min_score: 1 }, ...given }, { token });
  const uidOf = async (person: Person, given: object = {}) =>
    ((await create(person, given)).data as { uid: string }).uid;
  /** As a form that has just been opened saves; of what he does not see, nobody has opened one. */
  const update = async (person: Person, input: { uid: string } & Record<string, unknown>) => {
    const version = (await seenBy(person)).find(({ uid }) => uid === input.uid)?.version ?? 'unseen';
    return door.mutate('savedFilters.update', { version, ...input }, { token: person.token });
  };
  const remove = ({ token }: Person, uid: string) => door.mutate('savedFilters.remove', { uid }, { token });
  async function seenBy({ token }: Person): Promise<SavedFilterView[]> {
    return (await door.query('savedFilters.list', undefined, { token })).data as SavedFilterView[];
  }

  it('are one’s own unless they are shared', async () => {
    const own = await uidOf(sue, { filter: { status: ['failed'], from: '2026-11-01' } });
    const shared = await uidOf(sue, { is_shared: true });
    const mine = await seenBy(sue);
    expect(mine.find(({ uid }) => uid === own)?.filter).to.deep.equal({ status: ['failed'], from: '2026-11-01' });
    expect(mine.find(({ uid }) => uid === own)).to.include({ is_own: true, is_shared: false, may_edit: true });
    const hers = await seenBy(ann);
    expect(hers.map(({ uid }) => uid))
      .to.include(shared)
      .and.not.include(own);
    expect(hers.find(({ uid }) => uid === shared)).to.include({ is_own: false, may_edit: false, owner: sue.email });
  });

  it('are changed and deleted by their owner, shared ones by admins too, and by nobody else', async () => {
    const own = await uidOf(sue);
    const shared = await uidOf(sue, { is_shared: true });
    const change = { filter: {}, is_shared: true };
    expect((await update(ann, { uid: own, name: newName(), ...change, is_shared: false })).status).to.equal(404);
    expect((await remove(admin, own)).status).to.equal(404);
    expect((await remove(ann, shared)).status).to.equal(403);
    expect((await update(admin, { uid: shared, name: newName(), ...change })).status).to.equal(200);
    expect((await update(admin, { uid: shared, name: newName(), filter: {} })).status).to.equal(403);
    expect((await remove(admin, shared)).status).to.equal(200);
    expect((await remove(sue, own)).status).to.equal(200);
  });

  it('are shared by admins and supervisors', async () => {
    expect((await create(ann, { is_shared: true })).status).to.equal(403);
    const own = await uidOf(ann);
    expect((await update(ann, { uid: own, name: newName(), is_shared: true, filter: {} })).status).to.equal(403);
  });

  it('have names of which everybody may have his own, and the account shares each once', async () => {
    const name = newName();
    expect((await create(sue, { name })).status).to.equal(200);
    expect((await create(sue, { name: name.toUpperCase() })).status).to.equal(409);
    expect((await create(ann, { name })).status).to.equal(200);
    expect((await create(admin, { name, is_shared: true })).status).to.equal(200);
    const shared = newName();
    const both = await Promise.all([
      create(sue, { name: shared, is_shared: true }),
      create(admin, { name: shared, is_shared: true }),
    ]);
    expect(both.map(({ status }) => status).sort()).to.deep.equal([200, 409]);
  });

  it('do not take the name of a shared one: jobs that name it would change what they report', async () => {
    const name = newName();
    await create(sue, { name, is_shared: true });
    expect((await create(admin, { name })).status).to.equal(409);
    const own = await uidOf(admin);
    expect((await update(admin, { uid: own, name, is_shared: false, filter: {} })).status).to.equal(409);
  });

  it('hold nothing that the list cannot be filtered by', async () => {
    for (const filter of [{ metadata: { secret: ['x'] } }, { from: '2026-02-31' }, { colour: 'red' }])
      expect((await create(sue, { filter })).status).to.equal(400);
  });

  it('name what to do about a metadata field that is not marked for filtering', async () => {
    const refused = await create(sue, { filter: { metadata: { secret: ['x'] } } });
    expect(JSON.stringify(refused)).to.include('metadata_fields').and.include('cqa apply');
  });

  it('that a report is narrowed by are shared or its maker’s own, and stay while it is', async () => {
    await saveConnector(door.services, accountId, sftpConnector('results', 'export'), { by });
    const job = (savedFilter: string) => ({
      ...{ name: newName(), type: 'data_export', connectors: ['results'], schedule: { frequency: 'daily' } },
      report: { saved_filter: savedFilter },
    });
    const save = (input: object) => door.mutate('jobs.create', input, { token: admin.token });
    const names = { own: newName(), shared: newName(), anothers: newName() };
    await create(admin, { name: names.own });
    const shared = await uidOf(sue, { name: names.shared, is_shared: true });
    await create(sue, { name: names.anothers });
    expect((await save(job(names.own))).status).to.equal(200);
    const refused = await save(job(names.anothers));
    expect(refused.status).to.equal(400);
    expect(refused.error?.data.field).to.equal('report.saved_filter');
    const { data } = await save(job(names.shared));
    const kept = await remove(sue, shared);
    expect(kept.status).to.equal(409);
    expect(kept.error?.message).to.contain('1 job');
    // Another's own of the same name is none of that job's.
    const anns = await uidOf(ann, { name: names.own });
    expect((await remove(ann, anns)).status).to.equal(200);
    const keep = { uid: shared, name: names.shared, is_shared: false, filter: {} };
    expect((await update(sue, keep)).status).to.equal(409);
    expect((await update(sue, { ...keep, is_shared: true })).status).to.equal(200);
    await door.mutate('jobs.remove', { uid: (data as { uid: string }).uid }, { token: admin.token });
    expect((await remove(sue, shared)).status).to.equal(200);
  });

  it('and columns that were chosen last are remembered for each person', async () => {
    const set = (person: Person, value: unknown) =>
      door.mutate('preferences.set', { name: 'report_columns', value }, { token: person.token });
    const get = async ({ token }: Person) => (await door.query('preferences.get', undefined, { token })).data;
    const columns = ['agent_name', { column: 'final_score', header: 'Points' }];
    await set(ann, ['status']);
    await set(ann, columns);
    await set(sue, ['status']);
    await door.mutate('preferences.set', { name: 'report_file_format', value: 'xlsx' }, { token: ann.token });
    expect(await get(ann)).to.deep.equal({ report_columns: columns, report_file_format: 'xlsx' });
    expect(await get(sue)).to.deep.equal({ report_columns: ['status'] });
  });
});
