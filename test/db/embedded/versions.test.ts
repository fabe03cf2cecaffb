import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { startEmbedded } from '../../../db/embedded/embedded.ts';
import { compareSeries } from '../../../db/embedded/record.ts';
import { AppError } from '../../../shared/error.ts';
import { databaseProgram, smallServer, temporaryFolder } from './server.ts';

describe('a data folder written by another server', () => {
  const folder = temporaryFolder();
  const record = join(folder.path, 'database/server.json');
  const said: string[] = [];
  const options = {
    dataDir: folder.path,
    serverProgram: databaseProgram(),
    say: (line: string) => said.push(line),
    ...smallServer,
  };
  let written: { flavour: string; version: string };

  const rewrite = (change: object) => writeFileSync(record, JSON.stringify({ ...written, ...change }));
  const refusal = () =>
    startEmbedded(options).then(
      () => expect.fail('it started'),
      (thrown: unknown) => {
        if (!(thrown instanceof AppError)) throw thrown;
        return thrown;
      },
    );

  before(async () => {
    await (await startEmbedded(options)).stop();
    written = JSON.parse(readFileSync(record, 'utf8'));
  });
  after(() => folder.remove());

  it('of the other flavour is refused with what to do', async () => {
    const other = written.flavour === 'mariadb' ? 'mysql' : 'mariadb';
    rewrite({ flavour: other });
    const error = await refusal();
    expect(error.code).to.equal('program_missing');
    expect(error.message).to.match(/written by (MySQL|MariaDB) .* cannot read it.*CQA_MARIADBD/s);
  });

  it('of a newer series is refused with what to do', async () => {
    rewrite({ version: '99.1.0' });
    const error = await refusal();
    expect(error.code).to.equal('program_missing');
    expect(error.message).to.match(/99\.1\.0.*older.*or newer/s);
  });

  it('of an older series is brought up to date once', async () => {
    rewrite({ version: '1.2.3' });
    said.length = 0;
    await (await startEmbedded(options)).stop();
    expect(said).to.have.lengthOf(1);
    expect(said[0]).to.contain('1.2.3');
    expect(JSON.parse(readFileSync(record, 'utf8')).version).to.equal(written.version);
    said.length = 0;
    await (await startEmbedded(options)).stop();
    expect(said).to.deep.equal([]);
  });

  it('is compared by the first two numbers, as numbers', () => {
    expect(compareSeries('10.11.2', '10.6.20')).to.be.above(0);
    expect(compareSeries('8.4.9', '10.2.0')).to.be.below(0);
    expect(compareSeries('10.11.1', '10.11.19')).to.equal(0);
  });
});
