import { expect } from 'chai';
import { testAccount, testPassword } from '../../harness/services.ts';
import { type Door, openDoor } from './door.ts';

/** The limit on wrong sign-ins goes by the client's address, so it shows whose address was believed. */
describe('the address of a client behind proxies', () => {
  const doors: Door[] = [];
  afterEach(async () => {
    for (const door of doors.splice(0)) await door.close();
  });

  async function open(trustProxy?: number | string[]) {
    const door = await openDoor(trustProxy === undefined ? {} : { trustProxy });
    doors.push(door);
    const { adminEmail: email } = await testAccount(door.services);
    return async (forwardedFor: string, password: string) =>
      (await door.mutate('session.signIn', { email, password }, { headers: { 'x-forwarded-for': forwardedFor } }))
        .status;
  }
  type SignIn = Awaited<ReturnType<typeof open>>;

  async function failTenTimes(signIn: SignIn, forwardedFor: (attempt: number) => string): Promise<void> {
    for (let attempt = 0; attempt < 10; attempt++) expect(await signIn(forwardedFor(attempt), 'wrong')).to.equal(401);
  }

  it('is what the balancer says, not what the client says before it', async () => {
    const signIn = await open(1);
    await failTenTimes(signIn, (attempt) => `198.51.100.${attempt}, 203.0.113.9`);
    expect(await signIn('198.51.100.99, 203.0.113.9', testPassword)).to.equal(429);
    expect(await signIn('203.0.113.10', testPassword)).to.equal(200);
  });

  it('is what the first of two proxies says', async () => {
    const signIn = await open(2);
    await failTenTimes(signIn, (attempt) => `203.0.113.9, 10.0.0.${attempt}`);
    expect(await signIn('203.0.113.9, 10.0.0.99', testPassword)).to.equal(429);
    expect(await signIn('203.0.113.10, 10.0.0.1', testPassword)).to.equal(200);
  });

  it('is the last one that is no address of a proxy', async () => {
    const signIn = await open(['127.0.0.0/8', '10.0.0.0/8']);
    await failTenTimes(signIn, (attempt) => `198.51.100.${attempt}, 203.0.113.9, 10.0.0.${attempt}`);
    expect(await signIn('203.0.113.9', testPassword)).to.equal(429);
    expect(await signIn('203.0.113.10, 10.0.0.1', testPassword)).to.equal(200);
  });

  it('is that of the connection where nobody is trusted', async () => {
    const signIn = await open(0);
    await failTenTimes(signIn, (attempt) => `203.0.113.${attempt}`);
    expect(await signIn('203.0.113.99', testPassword)).to.equal(429);
  });
});
