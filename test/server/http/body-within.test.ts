import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { bodyWithin } from '../../../server/http/body-within.ts';

describe('a body that does not come to its end', () => {
  it('costs its connection, and one that does costs nothing', async () => {
    const app = express();
    app.use(bodyWithin(200));
    app.use((request, response) => {
      request.resume().once('end', () => response.send('whole'));
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const whole = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: 'x'.repeat(1000) });
    expect(await whole.text()).to.equal('whole');

    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n');
    const drops = setInterval(() => socket.write('x'), 20);
    const began = performance.now();
    await once(socket, 'close');
    clearInterval(drops);
    expect(performance.now() - began).to.be.at.least(150);
    server.close();
  });
});
