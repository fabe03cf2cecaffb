import type { Page } from 'playwright-core';
import { openPeople, password } from './people.ts';

const [ada, ann, bea] = ['ada@acme.example', 'ann@acme.example', 'bea@acme.example'];
const calls = [
  { id: 'ann-1', agent_email: ann, team_name: 'North' },
  { id: 'bea-1', agent_email: bea, team_name: 'North' },
];
const newPassword = 'quite another one';

describe('one’s own password and address, from the page My account', () => {
  const people = openPeople(ada, calls);
  const { call, button, heading, field, address, person, expectRefusal, signIn, linkIn } = people;
  const { expectToFit, expectToSee } = people;
  let agent: Page;
  before(async () => {
    agent = await person();
    const words = ['--account', people.account, '--email', ann, '--role', 'agent', '--verified'];
    await call('user', 'create', ...words, '--password', password);
  });

  const own = () => agent.locator('cqa-my-account');
  const alert = (words: string) => agent.getByRole('alert').filter({ hasText: words });
  async function signInAnew(page: Page, email: string, secret: string): Promise<void> {
    await page.goto(address('/my-account'));
    await field(page, 'E-mail').fill(email);
    await field(page, 'Password').fill(secret);
    await button(page, 'Sign in').click();
  }

  it('the password is another one for whoever knows the present one, and ends what else was open', async () => {
    const elsewhere = await person();
    await signIn(agent, ann, '/my-account');
    await signIn(elsewhere, ann, '/analyses');
    await heading(elsewhere, 'Analysis List').waitFor();
    await button(agent, 'Change password').click();
    const dialog = agent.locator('cqa-own-password-dialog');
    const save = dialog.getByRole('button', { name: 'Change password', exact: true });
    await save.click();
    await alert('Enter the password that you sign in with.').waitFor();
    await alert('Choose a password of at least 10 characters.').waitFor();
    await field(agent, 'Present password').fill('not the password');
    await field(agent, 'New password').fill(newPassword);
    await field(agent, 'The same once more').fill(`${newPassword}!`);
    await save.click();
    await alert('The two are not the same.').waitFor();
    await expectToFit(agent, 'the form of a password');
    await field(agent, 'The same once more').fill(newPassword);
    expectRefusal(/changePassword/);
    await save.click();
    await alert('This is not the password that you sign in with.').waitFor();
    await field(agent, 'Present password').and(agent.locator(':focus')).waitFor();
    await field(agent, 'Present password').fill(password);
    await save.click();
    await agent.getByText('Your password is changed.').waitFor();
    await dialog.waitFor({ state: 'detached' });
    // This session goes on.
    await agent.reload();
    await button(agent, 'Change password').waitFor();
    expectRefusal(/401/);
    await elsewhere.reload();
    await field(elsewhere, 'E-mail').waitFor();
    await signInAnew(elsewhere, ann, newPassword);
    await heading(elsewhere, 'My account').waitFor();
  });

  it('the address is another one once its owner has confirmed it, and until then the old one', async () => {
    await button(agent, 'Change e-mail').click();
    await agent.getByText('You see the interactions whose agent_email is your address.').waitFor();
    await button(agent, 'Send the mail').click();
    await alert('Enter the new address').waitFor();
    await expectToFit(agent, 'the form of an address');
    await field(agent, 'New e-mail').fill('Bea@Acme.example');
    await field(agent, 'Password').fill(newPassword);
    await button(agent, 'Send the mail').click();
    await own()
      .getByRole('status')
      .filter({ hasText: `A mail is on its way to ${bea}` })
      .waitFor();
    await own().getByText(`You sign in as ${ann}`).waitFor();
    await expectToFit(agent, 'an address that is awaited');
    await expectToSee(agent, ['ann-1']);

    const link = await linkIn(bea, /confirm your new address/);
    const reader = await person();
    await reader.goto(link);
    await heading(reader, 'Is this your new address?').waitFor();
    await expectToFit(reader, 'the question');
    await button(reader, `Confirm ${bea}`).click();
    await reader.getByText(`You sign in as ${bea} from now on`).waitFor();
    await agent.goto(address('/my-account'));
    await own().getByText(`You sign in as ${bea}`).waitFor();
    await own().getByText('Verified', { exact: true }).waitFor();
    await expectToSee(agent, ['bea-1']);
    await reader.goto(link);
    await heading(reader, 'Your address is confirmed already').waitFor();
    await signInAnew(reader, bea, newPassword);
    await heading(reader, 'My account').waitFor();
  });

  it('the address is nobody else’s', async () => {
    await agent.goto(address('/my-account'));
    await button(agent, 'Change e-mail').click();
    await field(agent, 'New e-mail').fill(ada);
    await field(agent, 'Password').fill(newPassword);
    expectRefusal(/changeAddress/);
    await button(agent, 'Send the mail').click();
    await alert(`This account already has a user ${ada}`).waitFor();
  });
});
