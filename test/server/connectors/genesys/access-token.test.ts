import { expect } from 'chai';
import { z } from 'zod';
import { GenesysApi } from '../../../../server/connectors/genesys/api.ts';
import { contextOf, rejects } from '../contract-kit.ts';
import { genesysForTests, parsed } from './kit.ts';

describe('access to Genesys', () => {
  const system = genesysForTests();
  const apiOf = (more: Record<string, unknown> = {}): GenesysApi =>
    new GenesysApi(parsed(system().config(more)), contextOf());
  const ask = (api: GenesysApi) => api.json(z.unknown(), { path: '/api/v2/routing/queues' });

  it('one token serves many requests, also those that come at once', async () => {
    const api = apiOf();
    await Promise.all([ask(api), ask(api), ask(api)]);
    await ask(api);
    expect(system().server.tokensGiven).to.equal(1);
  });

  it('a token is renewed before it expires, so that none is refused', async () => {
    // By clocks that are put forward: a machine that pauses for long would use a token of seconds too late.
    const clocks = { steady: performance.now, wall: Date.now };
    let aheadMs = 0;
    performance.now = () => clocks.steady.call(performance) + aheadMs;
    Date.now = () => clocks.wall() + aheadMs;
    try {
      system().server.tokenLifeSeconds = 600;
      const api = apiOf();
      for (const [seconds, tokens] of [
        [0, 1],
        [500, 1],
        // In its last minute it is not used any more.
        [570, 2],
        [1000, 2],
        [1140, 3],
      ] as const) {
        aheadMs = seconds * 1000;
        await ask(api);
        expect(system().server.tokensGiven, `after ${seconds} s`).to.equal(tokens);
      }
      expect(system().server.refused401).to.equal(0);
    } finally {
      performance.now = clocks.steady;
      Date.now = clocks.wall;
    }
  });

  it('a token that is withdrawn is replaced once, and the request goes on', async () => {
    const api = apiOf();
    await ask(api);
    system().server.withdrawTokens();
    await ask(api);
    expect(system().server.tokensGiven).to.equal(2);
    expect(system().server.refused401).to.equal(1);
  });

  it('a token that is refused again and again is a refused sign-in, not an endless loop', async () => {
    const api = apiOf();
    system().server.takesNoToken = true;
    await rejects(ask(api), 'sign_in_refused');
    expect(system().server.refused401).to.equal(2);
  });

  it('a wrong secret and an unknown client are told apart', async () => {
    const secret = await rejects(ask(apiOf({ client_secret: 'another' })), 'sign_in_refused');
    expect(secret.field).to.equal('client_secret');
    expect(secret.message).to.match(/authentication failed/);
    const client = await rejects(ask(apiOf({ client_id: 'another' })), 'sign_in_refused');
    expect(client.field).to.equal('client_id');
    expect(client.message).to.match(/region/);
  });

  it('every request waits for its turn among those a minute, by the OAuth client', async () => {
    const turns: [string, number][] = [];
    const pace = (name: string, callsPerMinute: number) => {
      turns.push([name, callsPerMinute]);
      return Promise.resolve();
    };
    await ask(new GenesysApi(parsed(system().config({ requests_per_minute: 250 })), contextOf({ pace })));
    expect(turns).to.deep.equal([[`genesys:${new URL(system().server.apiUrl).host}:client-of-acme`, 250]]);
  });

  it('a refusal quotes Genesys, its correlation ID, and the permission that is missing', async () => {
    system().server.permissions.clear();
    const { message } = await rejects(ask(apiOf()), 'permission_denied');
    expect(message).to.match(/lacks the permission routing:queue:view/);
    expect(message).to.match(/missing\.any\.permissions/);
    expect(message).to.match(/Correlation ID: correlation-1/);
  });
});
