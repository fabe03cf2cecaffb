import { expect } from 'chai';
import type { User } from '../../../widget/api/types.ts';
import { widgetModule } from '../source.ts';

const { missingInUser, newUser, newUserOf, seesNothing, userChangeOf, userDraftOf } =
  await widgetModule<typeof import('../../../widget/pages/user-draft.ts')>('pages/user-draft.ts');
const { addressWords, signInWords } =
  await widgetModule<typeof import('../../../widget/words/user.ts')>('words/user.ts');

const sue: User = {
  ...{ uid: 'u1', email: 'sue@acme.example', name: null, role: 'supervisor', teams: ['North'], campaigns: [] },
  ...{ is_verified: true, is_enabled: true, has_password: true, created_at: '2026-11-20T00:00:00Z' },
  ...{ last_seen_at: null, invited_until: null },
};

describe('the form of a user', () => {
  it('asks for an address, and sends a name where there is one', () => {
    expect(Object.keys(missingInUser(newUser()))).to.deep.equal(['email']);
    const draft = { ...newUser(), email: ' ann@acme.example ', name: ' ' };
    expect(missingInUser(draft)).to.deep.equal({});
    expect(newUserOf(draft)).to.deep.equal({ email: 'ann@acme.example', role: 'agent', teams: [], campaigns: [] });
  });

  it('sends what was changed and nothing else, a name that was taken away as none', () => {
    const before = userDraftOf({ ...sue, name: 'Sue' });
    expect(userChangeOf('u1', { ...before, teams: ['North'] }, before)).to.deep.equal({ uid: 'u1' });
    expect(userChangeOf('u1', { ...before, name: '' }, before)).to.deep.equal({ uid: 'u1', name: null });
    const change = { role: 'agent' as const, teams: ['North', 'South'], campaigns: ['C1'] };
    expect(userChangeOf('u1', { ...before, ...change, isEnabled: false }, before)).to.deep.equal({
      ...{ uid: 'u1', ...change, enabled: false },
    });
  });

  it('says of a supervisor without bounds alone that nothing is seen', () => {
    expect(seesNothing({ ...userDraftOf(sue), teams: [] })).to.equal(true);
    expect(seesNothing(userDraftOf(sue))).to.equal(false);
    expect(seesNothing({ ...newUser(), role: 'admin' })).to.equal(false);
  });
});

describe('a user in words', () => {
  it('can sign in, is invited, has no password, or is disabled', () => {
    const word = (change: Partial<User>) => signInWords({ ...sue, ...change }).word;
    expect(word({})).to.equal('Enabled');
    expect(word({ is_enabled: false })).to.equal('Disabled');
    expect(word({ has_password: false })).to.equal('No password');
    expect(word({ has_password: false, invited_until: '2026-11-27T00:00:00Z' })).to.equal('Invited');
  });

  it('has an address that is verified or not, or lies outside the account’s domains', () => {
    expect(addressWords(sue, ['ACME.example']).word).to.equal('Verified');
    expect(addressWords({ ...sue, is_verified: false }, []).word).to.equal('Not verified');
    expect(addressWords(sue, ['sub.acme.example']).word).to.equal('Other domain');
  });
});
