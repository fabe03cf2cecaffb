import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { requireProgram } from '../../../server/machine/programs.ts';
import type { S3Proxy } from '../../harness/s3proxy.ts';

/** rclone copies a folder of the bucket into one here. Returns seconds. */
export async function byRclone(s3: S3Proxy, from: string, to: string, transfers: number): Promise<number> {
  const started = performance.now();
  const client = spawn(requireProgram('rclone'), ['copy', '--transfers', String(transfers), `s3bench:${from}`, to], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      // The remote s3bench, so that no configuration of this machine is read.
      RCLONE_CONFIG: '/dev/null',
      RCLONE_CONFIG_S3BENCH_TYPE: 's3',
      RCLONE_CONFIG_S3BENCH_PROVIDER: 'Other',
      RCLONE_CONFIG_S3BENCH_ENDPOINT: s3.url,
      RCLONE_CONFIG_S3BENCH_ACCESS_KEY_ID: s3.accessKeyId,
      RCLONE_CONFIG_S3BENCH_SECRET_ACCESS_KEY: s3.secretAccessKey,
      RCLONE_CONFIG_S3BENCH_REGION: 'us-east-1',
    },
  });
  const [code] = await once(client, 'exit');
  if (code !== 0) throw new Error(`rclone ended with ${code}`);
  return (performance.now() - started) / 1000;
}
