import { once } from 'node:events';
import { promisify } from 'node:util';
import ssh2, { type SFTPWrapper } from 'ssh2';
import { inboxPassword } from '../../inbox/inboxes.ts';

/** A sender that stays connected: what signs in again for each file takes a test most of its time. */
export class Sender {
  readonly #client: ssh2.Client;
  readonly #sftp: SFTPWrapper;

  private constructor(client: ssh2.Client, sftp: SFTPWrapper) {
    this.#client = client;
    this.#sftp = sftp;
  }

  static async connect({ port, username }: { port: number; username: string }): Promise<Sender> {
    const client = new ssh2.Client();
    client.connect({ host: '127.0.0.1', port, username, password: inboxPassword });
    await once(client, 'ready');
    const sftp = await new Promise<SFTPWrapper>((resolve, reject) =>
      client.sftp((error, opened) => (error ? reject(error) : resolve(opened))),
    );
    return new Sender(client, sftp);
  }

  /** Opens the file, writes these pieces one after the other, and closes it. `pause` comes after each piece. */
  async put(path: string, pieces: readonly Uint8Array[], pause = async (): Promise<void> => undefined): Promise<void> {
    const sftp = this.#sftp;
    const handle = await promisify((done: (error: Error | undefined, opened: Buffer) => void) =>
      sftp.open(path, 'w', done),
    )();
    let at = 0;
    for (const piece of pieces) {
      if (piece.length > 0)
        await promisify((done: (error?: Error | null) => void) =>
          sftp.write(handle, Buffer.from(piece), 0, piece.length, at, done),
        )();
      at += piece.length;
      await pause();
    }
    await promisify((done: (error?: Error | null) => void) => sftp.close(handle, done))();
  }

  end(): void {
    this.#client.end();
  }
}
