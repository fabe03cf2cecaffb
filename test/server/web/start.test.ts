import { connect } from 'node:net';
import { expect } from 'chai';
import type { Services } from '../../../server/services.ts';
import { startHttp } from '../../../server/web/start.ts';
import { AppError } from '../../../shared/error.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { signedInAs } from './door.ts';

describe('the server', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  const start = (port = 0) => startHttp(services, { wake: () => undefined, port, host: '127.0.0.1' });

  it('says which port is taken', async () => {
    const server = await start();
    const error = await start(Number(new URL(server.url).port)).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(AppError);
    expect((error as AppError).message).to.match(/another program listens there/);
    await server.close();
  });

  it('closes although streams are open', async () => {
    const server = await start();
    const { token } = await signedInAs(services, (await testAccount(services)).id, 'admin');
    const stream = await fetch(`${server.url}/trpc/changes.watch`, { headers: { authorization: `Bearer ${token}` } });
    expect(stream.status).to.equal(200);
    const ended = stream.text();
    await server.close();
    await ended;
  });

  it('does not wait for a client that says nothing', async () => {
    const server = await start();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.on('error', () => undefined);
    await server.close();
    socket.destroy();
  });
});
