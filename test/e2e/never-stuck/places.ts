import type { ServerResponse } from 'node:http';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { type FileServer, startFileServer } from '../../harness/file-server.ts';
import { type S3Server, startS3 } from '../../harness/s3.ts';
import { type Relay, startRelay } from '../../harness/s3-relay.ts';
import { wavHeader } from '../../harness/wav.ts';

/** The systems outside that the runs read from and deliver to. Nothing happens to them. */
export interface Places {
  s3: S3Server;
  /** The same S3 server behind a line on which nothing arrives. */
  standing: Relay;
  recordings: FileServer;
  /** Whether nothing arrives on that line; else it is as quick as any. */
  stand(isStanding: boolean): void;
  /** Recordings are asked for and not given, until they are. */
  hold(isHeld: boolean): void;
  heldCount(): number;
  put(bucket: string, key: string, content: string): Promise<void>;
  close(): Promise<void>;
}

export const callsBucket = 'calls-in';
export const reportsBucket = 'reports-out';
export const missingBucket = 'not-there';
const recordingBytes = 16_044;

export async function openPlaces(): Promise<Places> {
  const s3 = await startS3([callsBucket, reportsBucket]);
  const standing = await startRelay(s3.url);
  standing.freeze();
  const recording = Buffer.concat([wavHeader(recordingBytes), Buffer.alloc(recordingBytes - 44)]);
  const held: ServerResponse[] = [];
  let isHolding = false;
  const answer = (response: ServerResponse) => {
    response.setHeader('content-type', 'audio/wav');
    response.end(recording);
  };
  const recordings = await startFileServer((_, response) => {
    if (isHolding) held.push(response);
    else answer(response);
  });
  return {
    ...{ s3, standing, recordings },
    stand: (isStanding) => (isStanding ? standing.freeze() : standing.thaw()),
    hold(isHeld) {
      isHolding = isHeld;
      if (!isHeld) for (const response of held.splice(0)) answer(response);
    },
    heldCount: () => held.length,
    async put(Bucket, Key, Body) {
      await s3.owner.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
    async close() {
      await Promise.all([standing.close(), recordings.close(), s3.close()]);
    },
  };
}
