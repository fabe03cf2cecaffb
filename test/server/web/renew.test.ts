import { expect } from 'chai';
import { testAccount, testPassword } from '../../harness/services.ts';
import { type Door, openDoor } from './door.ts';

for (const { publicUrl, name, secure } of [
  { publicUrl: undefined, name: 'cqa-renewal', secure: false },
  { publicUrl: 'https://cqa.example.test', name: '__Host-cqa-renewal', secure: true },
])
  describe(`a reload of the console at ${publicUrl ?? 'a plain address'}`, () => {
    let door: Door;
    let email: string;
    before(async () => {
      door = await openDoor(publicUrl ? { publicUrl } : {});
      email = (await testAccount(door.services)).adminEmail;
    });
    after(() => door.close());

    const ownOrigin = () => publicUrl ?? door.url;
    const renew = (headers: Record<string, string>) =>
      fetch(`${door.url}/session/renew`, { method: 'POST', headers: { origin: ownOrigin(), ...headers } });

    async function signIn() {
      const answer = await door.mutate('session.signIn', { email, password: testPassword });
      const setCookie = answer.headers.get('set-cookie') ?? '';
      return { token: (answer.data as { token: string }).token, setCookie, cookie: setCookie.split(';')[0] ?? '' };
    }

    it('goes on with its session by a cookie that no script can read and no other site can send', async () => {
      const { token, setCookie, cookie } = await signIn();
      expect(setCookie).to.match(new RegExp(`^${name}=`));
      expect(setCookie)
        .to.match(/HttpOnly/)
        .and.match(/SameSite=Strict/)
        .and.match(/Path=\/(;|$)/);
      expect(setCookie).not.to.match(/Domain/);
      expect(/Secure/.test(setCookie)).to.equal(secure);
      const response = await renew({ cookie: `other=1; ${cookie}` });
      expect(response.status).to.equal(200);
      const grant = (await response.json()) as { token: string; expires_in_ms: number; user_id: string };
      expect(grant.token).to.equal(token);
      expect(grant.expires_in_ms).to.be.within(11.9 * 3_600_000, 12 * 3_600_000);
      const me = await door.query('session.me', undefined, { token: grant.token });
      expect(me.status).to.equal(200);
      expect((me.data as { user: object }).user).to.include({ user_id: grant.user_id });
    });

    it('is refused to a page of any other origin, and to none', async () => {
      const { cookie } = await signIn();
      for (const origin of ['https://evil.test', 'null', `${ownOrigin()}.evil.test`]) {
        const response = await renew({ cookie, origin });
        expect(response.status, origin).to.equal(403);
        expect(response.headers.get('access-control-allow-origin')).to.equal(null);
      }
      expect((await fetch(`${door.url}/session/renew`, { method: 'POST', headers: { cookie } })).status).to.equal(403);
    });

    it('asks for a sign-in without a cookie, with a wrong one, and after signing out', async () => {
      const { token, cookie } = await signIn();
      for (const headers of [{}, { cookie: `${name}=nonsense` }, { cookie: `${name}=${token}` }])
        expect((await renew(headers as Record<string, string>)).status).to.equal(204);
      const out = await door.mutate('session.signOut', undefined, { token });
      expect(out.headers.get('set-cookie')).to.match(new RegExp(`^${name}=;`));
      expect((await renew({ cookie })).status).to.equal(204);
      expect((await door.query('session.me', undefined, { token })).status).to.equal(401);
    });

    it('is the only thing the cookie is good for', async () => {
      const { cookie } = await signIn();
      expect((await door.query('session.me', undefined, { headers: { cookie } })).status).to.equal(401);
      expect(
        (await fetch(`${door.url}/session/renew`, { headers: { cookie, accept: 'application/json' } })).status,
      ).to.equal(404);
    });
  });
