import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect } from 'chai';
import type { ConnectorType } from '../../../../server/connectors/connector.ts';
import { ecc4x } from '../../../../server/connectors/ecc4x/ecc4x.ts';
import type { CheckStep } from '../../../../shared/connector.ts';
import { check } from '../contract-kit.ts';
import { EccServer } from './ecc-server.ts';
import { appServer, appServerMapping, hashKeyApi, restV4 } from './fixture.ts';

type Json = Record<string, unknown>;

describe('a check of ECC 4x', () => {
  const server = new EccServer();
  before(() => server.start());
  afterEach(() => {
    server.calls.clear();
    server.intercept = undefined;
  });
  after(() => server.stop());

  const stepsOf = (source: Json, voice_log: Json = restV4(server)): Promise<CheckStep[]> =>
    check(ecc4x as unknown as ConnectorType, { source, voice_log, column_mapping: appServerMapping }, 'import');
  const outcomes = (steps: CheckStep[]) => steps.map(({ name, ok }) => `${name} ${ok}`);

  it('signs in to the voice log in a step of its own, so that its wrong password is told as what it is', async () => {
    server.calls.add([{ id: 'd1-vce-1', startedAt: new Date(Date.now() - 3_600_000) }]);
    const before = ['reach true', 'sign_in true', 'list true'];
    expect(outcomes(await stepsOf(appServer(server)))).to.deep.equal([...before, 'voice_log true', 'recording true']);
    for (const wrong of [
      { ...restV4(server), password: 'another' },
      { ...hashKeyApi(server), hash_key: 'another' },
    ]) {
      const steps = await stepsOf(appServer(server), wrong);
      expect(outcomes(steps)).to.deep.equal([...before, 'voice_log false']);
      expect(steps.at(-1)).to.deep.include({ title: 'Sign in to the voice log' });
      expect(steps.at(-1)?.details?.code).to.equal('sign_in_refused');
    }
  });

  it('claims no sign-in where the app server gave no rows, and none where nothing was signed', async () => {
    const elsewhere = await stepsOf(appServer(server, { rows_path: '/elsewhere' }));
    expect(outcomes(elsewhere)).to.deep.equal(['reach true', 'list false']);
    const broken = await stepsOf(appServer(server, { query: { table: 'another' } }));
    expect(outcomes(broken)).to.deep.equal(['reach true', 'list false']);
    const empty = await stepsOf(appServer(server, { rows_at: 'nowhere' }));
    expect(outcomes(empty)).to.deep.equal(['reach true', 'sign_in true', 'list false']);
  });

  it('claims no sign-in to a database that refuses before it was asked anything', async () => {
    const parameters = (code: string) => `SFATAL\0C${code}\0Mno more of this\0\0`;
    const door = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        const text = Buffer.from(parameters('08P01'));
        const head = Buffer.alloc(5);
        head.write('E');
        head.writeInt32BE(text.length + 4, 1);
        socket.write(Buffer.concat([head, text]));
      });
    });
    await once(door.listen(0, '127.0.0.1'), 'listening');
    const { port } = door.address() as AddressInfo;
    const source = {
      kind: 'database',
      engine: 'postgres',
      host: '127.0.0.1',
      port,
      database: 'd',
      user: 'u',
      password: 'p',
    };
    const steps = await stepsOf({ ...source, tls: 'off', query: 'SELECT 1' });
    door.close();
    expect(
      steps.every(({ name, ok }) => name !== 'sign_in' || !ok),
      JSON.stringify(steps),
    ).to.equal(true);
    expect(steps.at(-1)?.ok).to.equal(false);
    expect(outcomes(steps)).not.to.include('list false');
  });
});
