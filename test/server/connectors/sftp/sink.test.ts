import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DeliveryPart, Receipt } from '../../../../server/connectors/connector.ts';
import { connectorType } from '../../../../server/connectors/registry.ts';
import { sftpConfigSchema } from '../../../../server/connectors/sftp/config.ts';
import { connectPinned } from '../../../../server/connectors/sftp/pin.ts';
import { putBack } from '../../../../server/connectors/sftp/replace.ts';
import { openSink } from '../../../../server/connectors/sftp/sink.ts';
import { sftpConfig } from '../../../harness/connectors.ts';
import { type Sshd, startSshd } from '../../../harness/sshd.ts';
import { check, contextOf } from '../contract-kit.ts';

describe('a report onto an SFTP server', () => {
  for (const [what, deniedRequests] of [
    ['that can replace a file in one step', undefined],
    ['that refuses a name that is taken', ['posix-rename']],
  ] as const)
    describe(what, () => {
      let sshd: Sshd;
      before(async () => {
        sshd = await startSshd(deniedRequests ? { deniedRequests: [...deniedRequests] } : {});
      });
      after(() => sshd.stop());
      beforeEach(() => {
        for (const name of files()) rmSync(join(sshd.directory, name));
      });

      const files = () => readdirSync(sshd.directory).sort();
      const content = () => readFileSync(join(sshd.directory, 'scores.csv'), 'utf8');
      const config = () => sftpConfigSchema.parse(sftpConfig(sshd));
      async function deliver(text: string, pieces?: () => AsyncGenerator<Uint8Array>): Promise<Receipt> {
        await using sink = await openSink(config(), contextOf());
        return await sink.deliver(partOf(text, pieces));
      }

      it('has no name of its own before it is complete, and takes the place of the old one then', async () => {
        await deliver('old');
        const during: string[][] = [];
        async function* watched(): AsyncGenerator<Uint8Array> {
          for (const letter of 'news') {
            during.push(files());
            expect(content()).to.equal('old');
            yield Buffer.from(letter);
          }
        }
        await deliver('news', watched);
        expect(during).to.have.length(4);
        for (const names of during) expect(names.at(-1)).to.equal('scores.csv');
        expect(during.at(-1)?.[0]).to.match(/^\.scores\.csv\.[0-9a-f]{12}\.part$/);
        expect(files()).to.deep.equal(['scores.csv']);
        expect(content()).to.equal('news');
      });

      it('is there once however often it is delivered', async () => {
        for (const text of ['one', 'one', 'two', 'one']) {
          await deliver(text);
          expect(files()).to.deep.equal(['scores.csv']);
          expect(content()).to.equal(text);
        }
      });

      it('passes the check, which does the same with a test file and leaves nothing', async () => {
        const steps = await check(connectorType('sftp'), sftpConfig(sshd), 'export');
        expect(steps.every(({ ok }) => ok)).to.equal(true);
        expect(steps.at(-1)?.message).to.match(/written into .*, renamed and removed again/);
        expect(files()).to.deep.equal([]);
      });
    });

  describe('that refuses a name that is taken, and breaks off in between', () => {
    let sshd: Sshd;
    before(async () => {
      sshd = await startSshd({ deniedRequests: ['posix-rename'] });
    });
    after(() => sshd.stop());

    it('gives the old one back its name; the next delivery takes its place', async () => {
      const part = partOf('new');
      const temporary = `.scores.csv.${part.sha256.slice(0, 12)}.part`;
      // As a program leaves it that was killed between the two renames.
      writeFileSync(join(sshd.directory, `${temporary}.old`), 'old');
      writeFileSync(join(sshd.directory, temporary), 'new');
      chmodSync(join(sshd.directory, temporary), 0o666);
      const { connection } = await connectPinned(sftpConfigSchema.parse(sftpConfig(sshd)), contextOf(), {});
      const at = (name: string) => join(sshd.directory, name);
      await putBack(connection, at(temporary), at('scores.csv'));
      expect(readFileSync(at('scores.csv'), 'utf8')).to.equal('old');
      await connection[Symbol.asyncDispose]();
      await using sink = await openSink(sftpConfigSchema.parse(sftpConfig(sshd)), contextOf());
      await sink.deliver(part);
      expect(readFileSync(at('scores.csv'), 'utf8')).to.equal('new');
      expect(readdirSync(sshd.directory)).to.deep.equal(['scores.csv']);
    });
  });

  it('whose folder is not there, or is closed to us, is told by the folder’s name with what to do', async () => {
    const sshd = await startSshd();
    try {
      const missing = join(sshd.directory, 'reports');
      const deliver = async (directory: string) => {
        await using sink = await openSink(sftpConfigSchema.parse(sftpConfig(sshd, { directory })), contextOf());
        return await sink.deliver(partOf('text'));
      };
      const words = `There is no folder ${missing} on ${sshd.host}:${sshd.port}. Make it there, or choose another folder in the connector.`;
      const refusal = await deliver(missing).catch((error) => error);
      expect(refusal).to.include({ code: 'path_missing', message: words, field: 'directory' });
      const checked = await check(connectorType('sftp'), sftpConfig(sshd, { directory: missing }), 'export');
      expect(checked.at(-1)?.message).to.contain(words);
      const denied = await deliver('/').catch((error) => error);
      expect(denied).to.include({ code: 'permission_denied', field: 'directory' });
      expect(denied.message).to.match(/may not write into the folder \/ on .*choose another folder/);
    } finally {
      await sshd.stop();
    }
  });

  it('that lets nobody rename is told by the check, which leaves nothing', async () => {
    const sshd = await startSshd({ deniedRequests: ['rename', 'posix-rename'] });
    try {
      const last = (await check(connectorType('sftp'), sftpConfig(sshd), 'export')).at(-1);
      expect(last).to.deep.include({ name: 'write', ok: false });
      expect(last?.details).to.deep.include({ code: 'permission_denied' });
      expect(last?.message).to.match(/can be written, but not renamed: .*needs the right to rename/);
      expect(readdirSync(sshd.directory)).to.deep.equal([]);
    } finally {
      await sshd.stop();
    }
  });
});

function partOf(text: string, pieces?: () => AsyncGenerator<Uint8Array>): DeliveryPart {
  const content = Buffer.from(text);
  return {
    ...{ fileName: 'scores.csv', byteSize: content.length },
    sha256: createHash('sha256').update(content).digest('hex'),
    open: async () =>
      pieces?.() ??
      (async function* () {
        yield content;
      })(),
  };
}
