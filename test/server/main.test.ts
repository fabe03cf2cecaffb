import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { scratchFolder } from '../harness/folders.ts';
import { startProduct } from '../harness/product.ts';

describe('the program', () => {
  it('that cannot listen ends, in words, and so does all that it had begun', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      const started = startProduct({
        dataDir: scratchFolder('product'),
        environment: { PORT: String(port), HOST: '127.0.0.1' },
      });
      const told = await started.then(String, String);
      expect(told).to.match(/ended with code 1 before.*another program listens there/);
    } finally {
      other.close();
    }
  });
});
