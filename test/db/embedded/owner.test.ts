import { expect } from 'chai';
import { embeddedConnection } from '../../../db/embedded/connection.ts';
import { startEmbedded } from '../../../db/embedded/embedded.ts';
import {
  connectTo,
  databaseProgram,
  ended,
  isRunning,
  serverPid,
  smallServer,
  startOwner,
  temporaryFolder,
} from './server.ts';

describe('the owner of a data folder', () => {
  it('keeps a second process out in clear words, lends it its connection, and frees the folder when it ends', async () => {
    const folder = temporaryFolder();
    expect(await embeddedConnection(folder.path)).to.equal(null);
    const owner = await startOwner(folder.path, databaseProgram());
    const second = await startOwner(folder.path, databaseProgram());
    expect(second.line.code).to.equal('database_in_use');
    expect(second.line.message).to.contain(`in use by process ${owner.child.pid}`).and.contain('CQA_DATA_DIR');

    const lent = await embeddedConnection(folder.path);
    if (lent === null) throw new Error('the owner lives, and lent no connection');
    await (await connectTo(lent)).end();

    const pid = serverPid(folder.path);
    owner.child.kill('SIGTERM');
    await ended(owner.child);
    expect(isRunning(pid)).to.equal(false);
    expect(await embeddedConnection(folder.path)).to.equal(null);
    folder.remove();
  });

  it('is one of two that start in the same process, too', async () => {
    const folder = temporaryFolder();
    const options = { dataDir: folder.path, serverProgram: databaseProgram(), ...smallServer };
    const both = await Promise.allSettled([startEmbedded(options), startEmbedded(options)]);
    for (const result of both) if (result.status === 'fulfilled') await result.value.stop();
    folder.remove();
    expect(both.map((result) => result.status).sort()).to.deep.equal(['fulfilled', 'rejected']);
  });
});
