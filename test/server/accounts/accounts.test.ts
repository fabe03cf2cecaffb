import { expect } from 'chai';
import { DateTime } from 'luxon';
import type { RowDataPacket } from 'mysql2/promise';
import { selectUsersToSignIn } from '../../../db/queries/console-users.ts';
import { getAccount } from '../../../server/accounts/account.ts';
import { createAccount, setAccount } from '../../../server/accounts/accounts.ts';
import { createUser } from '../../../server/accounts/users.ts';
import { interactionOf } from '../../../server/pipeline/receive/item.ts';
import { openReceiver } from '../../../server/pipeline/receive/receive.ts';
import { verifyPassword } from '../../../server/security/passwords.ts';
import type { Services } from '../../../server/services.ts';
import { AppError } from '../../../shared/error.ts';
import { testServices } from '../../harness/services.ts';

describe('accounts and users', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  it('begin with an administrator who can sign in, India time, and the console off', async () => {
    const { uid, id } = await createAccount(services, {
      name: ' Acme ',
      adminEmail: 'Ann@Acme.example',
      adminPassword: 'long enough!',
    });
    expect(await getAccount(services, uid)).to.include({
      name: 'Acme',
      timezone: 'Asia/Kolkata',
      consoleEnabled: false,
    });
    const [ann] = await selectUsersToSignIn(services.database.pool, 'ann@acme.example');
    expect(ann).to.include({ account_id: id, account_name: 'Acme' });
    expect(await verifyPassword('long enough!', ann?.password_hash ?? null)).to.equal(true);
    const [[user]] = await services.database.pool.query<RowDataPacket[]>('SELECT role FROM user WHERE id = ?', [
      ann?.id,
    ]);
    expect(user).to.deep.equal({ role: 'admin' });
  });

  it('are not made halfway: a bad password leaves no account', async () => {
    const before = await count(services);
    const refusal = await createAccount(services, {
      name: 'Half',
      adminEmail: 'a@b.example',
      adminPassword: 'short',
    }).catch((error) => error);
    expect(refusal).to.be.instanceOf(AppError).with.property('field', 'password');
    expect(await count(services)).to.equal(before);
  });

  it('refuse a second user of one address, in any case of letters', async () => {
    const { id } = await createAccount(services, {
      name: 'Twice',
      adminEmail: 'x@twice.example',
      adminPassword: 'long enough!',
    });
    const refusal = await createUser(services, id, { email: 'X@twice.example', role: 'agent' }).catch((error) => error);
    expect(refusal).to.be.instanceOf(AppError).with.property('code', 'conflict');
  });

  it('change what is given and keep the rest', async () => {
    const { uid } = await createAccount(services, {
      name: 'Set',
      adminEmail: 'x@set.example',
      adminPassword: 'long enough!',
      timezone: 'Europe/Paris',
    });
    await setAccount(services, uid, { consoleEnabled: true, frameOrigins: ['https://host.example/path'] });
    expect(await getAccount(services, uid)).to.deep.include({
      timezone: 'Europe/Paris',
      consoleEnabled: true,
      frameOrigins: ['https://host.example'],
    });
  });

  it('take limits of their own and go back to none, and keep what is not given', async () => {
    const { uid } = await createAccount(services, {
      name: 'Limits',
      adminEmail: 'x@limits.example',
      adminPassword: 'long enough!',
    });
    const none = { ingestPerMinute: null, readPerMinute: null, dailyCap: null, weeklyCap: null, monthlyCap: null };
    expect(await getAccount(services, uid)).to.deep.include({ limits: none, webhooksEnabled: true, s3Buckets: [] });
    await setAccount(services, uid, {
      ingestPerMinute: 500,
      dailyCap: 0,
      webhooksEnabled: false,
      s3Buckets: ['calls'],
    });
    await setAccount(services, uid, { readPerMinute: 900, dailyCap: null });
    expect(await getAccount(services, uid)).to.deep.include({
      limits: { ...none, ingestPerMinute: 500, readPerMinute: 900 },
      webhooksEnabled: false,
      s3Buckets: ['calls'],
    });
  });

  it('count what came while there was no cap when one is set again', async () => {
    const { id, uid } = await createAccount(services, {
      name: 'Caps',
      adminEmail: 'x@caps.example',
      adminPassword: 'long enough!',
    });
    const receiver = openReceiver(services);
    const { timezone } = await getAccount(services, uid);
    const send = (name: string) => {
      const item = { external_interaction_id: name, channel_type: 'CHAT', transcript_text: 'Agent: hello' };
      return receiver.one(id, interactionOf(item, { timezone }));
    };
    await setAccount(services, uid, { dailyCap: 5 });
    await send('counted');
    await setAccount(services, uid, { dailyCap: null });
    for (let n = 1; n < 5; n++) await send(`uncounted ${n}`);
    await setAccount(services, uid, { dailyCap: 5 });
    const refusal = await send('one too many').catch((error) => error);
    expect(refusal).to.be.instanceOf(AppError);
    expect(refusal.message).to.equal('Daily conversation cap exceeded: 5/5');
    const endsInSeconds = DateTime.now().setZone(timezone).endOf('day').diffNow('seconds').seconds;
    expect(refusal.retryAfterSeconds).to.be.closeTo(endsInSeconds, 600);
  });

  it('refuse limits and buckets that cannot be', async () => {
    const { uid } = await createAccount(services, {
      name: 'Wrong',
      adminEmail: 'x@wrong.example',
      adminPassword: 'long enough!',
    });
    const wrong = { ingestPerMinute: 0, readPerMinute: -1, dailyCap: -1, monthlyCap: 1.5, s3Buckets: ['A/b'] };
    for (const [field, value] of Object.entries(wrong)) {
      const refusal = await setAccount(services, uid, { [field]: value }).catch((error) => error);
      expect(refusal, field).to.be.instanceOf(AppError);
      expect(refusal.field).to.match(new RegExp(`^${field}`));
    }
  });

  it('refuse a zone that is none', async () => {
    const refusal = await createAccount(services, {
      name: 'Z',
      adminEmail: 'z@z.example',
      adminPassword: 'long enough!',
      timezone: 'Mars/Base',
    }).catch((error) => error);
    expect(refusal).to.be.instanceOf(AppError).with.property('field', 'timezone');
  });
});

async function count({ database }: Services): Promise<number> {
  const [rows] = await database.pool.query('SELECT COUNT(*) AS n FROM account');
  return (rows as { n: number }[])[0]?.n ?? -1;
}
