import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../harness/eventually.ts';
import { holdRequests } from '../harness/held-requests.ts';
import { openPeople, password } from './people.ts';

const [ada, sue, ann, bob] = ['ada@acme.example', 'sue@acme.example', 'ann@acme.example', 'bob@other.example'];
const calls = [
  { id: 'ann-north', agent_email: ann, team_name: 'North' },
  { id: 'bob-north', agent_email: bob, team_name: 'North' },
  { id: 'ann-south', agent_email: ann, team_name: 'South' },
];

describe('users, from the form to what each of them sees', () => {
  const people = openPeople(ada, calls);
  const { call, button, heading, field, address, person, expectRefusal, signIn, choosePassword, linkIn } = people;
  const { expectToFit, expectToSee, query } = people;
  let admin: Page;
  let agent: Page;
  let supervisor: Page;
  before(async () => {
    [admin, agent, supervisor] = await Promise.all([person(), person(), person()]);
  });

  const focused = (field: Locator): Locator => field.and(field.page().locator(':focus'));
  const row = (email: string): Locator => admin.getByRole('row').filter({ hasText: email });

  it('are kept on a page where an admin says first whose mailboxes are the account’s own', async () => {
    await signIn(admin, ada, '/settings/users');
    await row(ada).getByText('(you)').waitFor();
    await expectToFit(admin, 'the users');
    expectRefusal(/setMailDomains/);
    await field(admin, 'Mail domains').fill('acme.example\nnot a domain!');
    await button(admin, 'Save mail domains').click();
    await admin.getByRole('alert').filter({ hasText: '"domain!" is no mail domain' }).waitFor();
    await focused(field(admin, 'Mail domains')).waitFor();
    await field(admin, 'Mail domains').fill('@Acme.example');
    // Somebody types on while it is being saved.
    await admin.route('**/trpc/account.setMailDomains*', async (route) => {
      await field(admin, 'Mail domains').fill('acme.example later.example');
      await route.continue();
    });
    await button(admin, 'Save mail domains').click();
    await admin.getByText('The mail domains are saved.').waitFor();
    await admin.unroute('**/trpc/account.setMailDomains*');
    expect(await field(admin, 'Mail domains').inputValue()).to.equal('acme.example later.example');
    await field(admin, 'Mail domains').fill('acme.example');
    await eventually('nothing left to save', () => button(admin, 'Save mail domains').isDisabled());
    const { email_domains: kept } = await call<{ email_domains: string[] }>(
      'account',
      'show',
      '--account',
      people.account,
    );
    expect(kept).to.deep.equal(['acme.example']);
  });

  it('are made with a role, and are mailed a link by which they choose a password', async () => {
    await button(admin, 'New user').click();
    await button(admin, 'Create user').click();
    await admin.getByRole('alert').filter({ hasText: 'Enter the e-mail address' }).waitFor();
    await focused(field(admin, 'E-mail')).waitFor();
    await field(admin, 'E-mail').fill(sue);
    await field(admin, 'Name').fill('Sue');
    await admin.getByRole('radio', { name: /^Supervisor/ }).check();
    await admin.getByText('Without a team or a campaign').waitFor();
    await admin.getByRole('checkbox', { name: 'North', exact: true }).check();
    await expectToFit(admin, 'the form of a user');
    await button(admin, 'Create user').click();
    await expectToFit(admin, 'how a user gets in');
    await button(admin, 'Mail the link').click();
    await admin
      .getByRole('status')
      .filter({ hasText: `mailed to ${sue}` })
      .waitFor();
    await button(admin, 'Done').click();
    await row(sue).getByText('Invited', { exact: true }).waitFor();
    await row(sue).getByText('Not verified', { exact: true }).waitFor();
    await row(sue).getByText('North', { exact: true }).waitFor();

    const link = await linkIn(sue, /you can sign in/);
    await choosePassword(supervisor, link);
    await expectToSee(supervisor, ['ann-north', 'bob-north']);
    await supervisor.getByRole('link', { name: 'My account', exact: true }).click();
    // Nobody but whoever reads her mails had the link.
    await supervisor.locator('cqa-my-account').getByText('Verified', { exact: true }).waitFor();
    await expectToFit(supervisor, 'the supervisor’s account');
    await supervisor.goto(link);
    await heading(supervisor, 'This link was used already').waitFor();
  });

  it('may be handed the link by the admin, who sees it once', async () => {
    await button(admin, 'New user').click();
    await field(admin, 'E-mail').fill(ann);
    await button(admin, 'Create user').click();
    await admin.getByRole('radio', { name: /^I hand it over myself/ }).check();
    await button(admin, 'Show the link').click();
    const link = await admin.getByRole('textbox', { name: 'Sign-in link' }).inputValue();
    await expectToFit(admin, 'the link');
    await button(admin, 'Done').click();
    await button(admin, `Sign-in link for ${ann}`).click();
    await admin.getByRole('radio', { name: /^I hand it over myself/ }).check();
    const letGo = await holdRequests(admin, '**/trpc/users.invite');
    await button(admin, 'Show the link').click();
    await button(admin, 'Working …').waitFor();
    // What is made once nobody looks would be seen by nobody.
    for (const leave of ['Escape', 'Escape', 'Escape']) await admin.keyboard.press(leave);
    expect(await button(admin, 'Not now').isDisabled()).to.equal(true);
    letGo();
    const newer = await admin.getByRole('textbox', { name: 'Sign-in link' }).inputValue();
    await button(admin, 'Done').click();

    await agent.goto(link);
    await heading(agent, 'This link is too old').waitFor();
    await supervisor.goto(newer);
    await supervisor.getByText(`${sue} is signed in in this browser.`).waitFor();
    await button(supervisor, 'Save and sign in').click();
    await focused(field(supervisor, 'Password')).waitFor();
    await choosePassword(agent, newer);
    await expectToSee(agent, ['ann-north', 'ann-south']);
    await agent.goto(address('/settings/users'));
    await heading(agent, 'For admins only').waitFor();
  });

  it('verify their own address by a mail, whose link confirms nothing until somebody presses the button', async () => {
    const state = (words: string) => agent.locator('cqa-my-account').getByText(words, { exact: true });
    await agent.goto(address('/my-account'));
    await state('Not verified').waitFor();
    await button(agent, 'Send the verification mail').click();
    await agent.getByRole('status').filter({ hasText: 'A mail is on its way' }).waitFor();
    expectRefusal(/sendVerification|429/);
    await button(agent, 'Send another mail').click();
    await agent
      .getByRole('alert')
      .filter({ hasText: /another one can be sent in \d+ s/ })
      .waitFor();
    await expectToFit(agent, 'the agent’s account');

    const link = await linkIn(ann, /verify your address/);
    const headers = { accept: 'text/html,*/*' };
    for (const method of ['GET', 'HEAD']) expect((await fetch(link, { method, headers })).status).to.equal(200);
    const reader = await person();
    await reader.goto(link);
    await heading(reader, 'Is this your address?').waitFor();
    await expectToFit(reader, 'the question');
    await agent.reload();
    await state('Not verified').waitFor();

    await button(reader, `Confirm ${ann}`).click();
    await heading(reader, 'Your address is confirmed').waitFor();
    await agent.reload();
    await state('Verified').waitFor();
    await reader.reload();
    await heading(reader, 'Your address is confirmed already').waitFor();
    await reader.getByRole('link', { name: 'Sign in', exact: true }).click();
    await field(reader, 'E-mail').waitFor();
    await admin.reload();
    await row(ann).getByText('Verified', { exact: true }).waitFor();
    await button(admin, `New password for ${ann}`).click();
    await admin.getByRole('radio', { name: /^I hand it over myself/ }).check();
    await button(admin, 'Show the link').click();
    await button(admin, 'Done').click();
    await row(ann).getByText('Enabled', { exact: true }).waitFor();
    await row(ann).getByText('New-password link until').waitFor();
    await expectToFit(admin, 'a link beside a password');
  });

  it('are told of a link that is wrong, or too old, what to do next, signed in or not', async () => {
    const { user_id: id } = await call<{ user_id: string }>(
      ...(['user', 'create', '--account', people.account, '--email', 'tim@acme.example', '--role', 'agent'] as const),
      ...(['--password', password] as const),
    );
    expect(id).to.match(/^[0-9a-f-]{36}$/);
    const tim = await person();
    await signIn(tim, 'tim@acme.example', '/my-account');
    await button(tim, 'Send the verification mail').click();
    const link = await linkIn('tim@acme.example', /verify your address/);
    await tim.goto(link);
    await button(tim, 'Confirm tim@acme.example').waitFor();
    await query("UPDATE email_verification SET expires_at = NOW(3) WHERE email = 'tim@acme.example'");
    expectRefusal(/confirmAddress/);
    await button(tim, 'Confirm tim@acme.example').click();
    await heading(tim, 'This link is too old').waitFor();
    await tim.getByRole('link', { name: 'Open my account' }).click();
    await tim.locator('cqa-my-account').getByText('Not verified', { exact: true }).waitFor();

    const stranger = await person();
    await stranger.emulateMedia({ colorScheme: 'dark' });
    await stranger.goto(link);
    await stranger.getByText('Sign in, and have another mail sent').waitFor();
    for (const kind of ['verify', 'invitation']) {
      await stranger.goto(address(`/${kind}/${'x'.repeat(43)}`));
      await heading(stranger, 'This link leads nowhere').waitFor();
      await expectToFit(stranger, `a wrong link to ${kind}`);
    }
  });

  it('see another scope as soon as an admin says so, and nothing when he disables them', async () => {
    await button(admin, `Edit ${sue}`).click();
    await admin.getByRole('checkbox', { name: 'North', exact: true }).uncheck();
    await field(admin, 'Another team').fill('South');
    await field(admin, 'Another team').press('Enter');
    await button(admin, 'Save').click();
    await row(sue).getByText('South', { exact: true }).waitFor();
    await supervisor.goto(address('/analyses'));
    await expectToSee(supervisor, ['ann-south']);
    expectRefusal(/401/);
    await button(admin, `Edit ${sue}`).click();
    await admin.getByRole('checkbox', { name: /^May sign in/ }).uncheck();
    await button(admin, 'Save').click();
    await row(sue).getByText('Disabled', { exact: true }).waitFor();
    await supervisor.reload();
    await field(supervisor, 'E-mail').waitFor();
  });

  it('never lose their last admin, also where another one has never signed in', async () => {
    await button(admin, `Edit ${ann}`).click();
    await admin.getByRole('radio', { name: /^Admin/ }).check();
    await button(admin, 'Save').click();
    await row(ann).getByText('Admin', { exact: true }).waitFor();
    await query('UPDATE user SET password_hash = NULL WHERE email = ?', [ann]);
    expectRefusal(/users\.update|409/);
    await button(admin, `Edit ${ada}`).click();
    await admin.getByRole('radio', { name: /^Agent/ }).check();
    await admin.getByText('This is you.').waitFor();
    await button(admin, 'Save').click();
    await admin.getByRole('alert').filter({ hasText: 'last admin who can sign in' }).waitFor();
    await admin.getByRole('radio', { name: /^Admin/ }).check();
    await field(admin, 'Name').fill('Ada');
    await button(admin, 'Save').click();
    // What was changed of oneself holds in a page that begins anew.
    await row(ada).getByText('Ada', { exact: true }).waitFor();
    await admin.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('come back in by a link of the operator where no admin can sign in any more', async () => {
    const { link } = await call<{ link: string }>('user', 'invite', '--account', people.account, '--email', ada);
    const locked = await person();
    await choosePassword(locked, link);
    await heading(locked, 'Overview').waitFor();
    expectRefusal(/401/);
    await admin.reload();
    await field(admin, 'E-mail').waitFor();
  });
});
