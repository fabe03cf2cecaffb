import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { requireProgram } from '../../../server/machine/programs.ts';
import type { Sshd } from '../../harness/sshd.ts';

const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];

/** OpenSSH's own client carries out these commands; what it prints is thrown away. Returns seconds. */
export async function bySftp(
  sshd: Pick<Sshd, 'host' | 'port' | 'username' | 'privateKeyPath'>,
  cipher: string,
  commands: string,
): Promise<number> {
  const started = performance.now();
  const client = spawn(
    requireProgram('sftp'),
    [
      ...['-q', '-b', '-', '-c', cipher, '-i', sshd.privateKeyPath, '-P', String(sshd.port)],
      ...options.flatMap((option) => ['-o', option]),
      `${sshd.username}@${sshd.host}`,
    ],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  client.stdin.end(commands);
  const [code] = await once(client, 'exit');
  if (code !== 0) throw new Error(`sftp ended with ${code}`);
  return (performance.now() - started) / 1000;
}
