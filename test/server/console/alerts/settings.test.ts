import { expect } from 'chai';
import type { AlertSettingsView } from '../../../../server/console/alerts/settings.ts';
import { testAccount } from '../../../harness/services.ts';
import { failed, runEnds } from '../../alerts/alerting.ts';
import { addJob } from '../../jobs/jobs.ts';
import { type Door, openDoor, signedInAs } from '../../web/door.ts';

describe('the settings of alerts in the console', () => {
  let door: Door;
  let accountId: number;
  let token: string;
  before(async () => {
    door = await openDoor();
    accountId = (await testAccount(door.services)).id;
    token = (await signedInAs(door.services, accountId, 'admin')).token;
  });
  after(() => door.close());

  const settings = async () => (await door.query('alerts.settings', undefined, { token })).data as AlertSettingsView;

  it('say that nobody is named yet, and that no mail goes out where no sender is set', async () => {
    const { settings: own, email_from, mails } = await settings();
    expect(own).to.deep.include({ emails: [], recovery: true });
    expect(own.webhook).to.equal(undefined);
    expect({ email_from, mails }).to.deep.equal({ email_from: null, mails: [] });
  });

  it('can be tried where no sender is set, and the answer says what is missing', async () => {
    const { data } = await door.mutate('alerts.test', { emails: ['ada@example.test'] }, { token });
    expect(data).to.have.length(1);
    expect((data as { ok: boolean; message: string }[])[0]).to.deep.include({ to: 'ada@example.test', ok: false });
    expect(JSON.stringify(data)).to.contain('CQA_EMAIL_FROM');
  });

  it('show the mails that were written, and never a secret', async () => {
    const webhook = { url: 'https://hooks.example.test/a', secret: 'sixteen letters!' };
    const { version } = await settings();
    await door.mutate('alerts.saveSettings', { version, emails: ['ada@example.test'], webhook }, { token });
    await runEnds(door.services, accountId, await addJob(door.services, { accountId }), failed);
    const shown = await settings();
    expect(shown.settings.webhook).to.deep.equal({ url: webhook.url, has_secret: true });
    expect(JSON.stringify(shown)).not.to.contain(webhook.secret);
    expect(shown.mails.map(({ event, status, recipients }) => ({ event, status, recipients }))).to.deep.equal([
      { event: 'raised', status: 'waiting', recipients: ['ada@example.test'] },
    ]);
  });
});
