import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { RowDataPacket } from 'mysql2/promise';
import { writeOutcomes } from '../../../db/queries/recordings.ts';
import type { Services } from '../../../server/services.ts';
import { packageRoot } from '../../harness/product.ts';
import { addWaitingRecordings } from '../../harness/waiting-recordings.ts';

/** µ-law in two channels at 8 kHz, as contact centers record. */
const bytesPerSecond = 16_000;
const sample = join(packageRoot, 'test/samples/clean.wav');

export interface StoredRecording {
  storageKey: string;
  sha256: string;
  byteSize: number;
  seconds: number;
}

/** Stores a recording of about so many seconds: our sample of a conversation again and again. */
export async function storeRecording({ storage }: Services, name: string, seconds: number): Promise<StoredRecording> {
  const whole = readFileSync(sample);
  const soundAt = whole.indexOf('data') + 8;
  const sound = whole.subarray(soundAt);
  const times = Math.max(1, Math.round((seconds * bytesPerSecond) / sound.length));
  const header = lengthened(whole.subarray(0, soundAt), sound.length * times);
  const storageKey = `bench/${name}`;
  const content = Readable.from([header, ...Array.from({ length: times }, () => sound)]);
  const { sha256, byteSize } = await storage.put(storageKey, content);
  return { storageKey, sha256, byteSize, seconds: (sound.length * times) / bytesPerSecond };
}

/** The header for so many bytes of sound. */
function lengthened(header: Buffer, soundBytes: number): Buffer {
  const copy = Buffer.from(header);
  copy.writeUInt32LE(copy.length - 8 + soundBytes, 4);
  copy.writeUInt32LE(soundBytes, copy.length - 4);
  const factAt = copy.indexOf('fact');
  // Samples of each channel.
  if (factAt > 0) copy.writeUInt32LE(soundBytes / 2, factAt + 8);
  return copy;
}

export interface Owner {
  accountId: number;
  connectorId: number;
}

export async function ownerOf({ database }: Services, accountUid: string): Promise<Owner> {
  const [[row]] = await database.pool.query<RowDataPacket[]>(
    'SELECT a.id, c.id AS connector_id FROM account a JOIN connector c ON c.account_id = a.id WHERE a.uid = ?',
    [Buffer.from(accountUid.replaceAll('-', ''), 'hex')],
  );
  return { accountId: Number(row?.id), connectorId: Number(row?.connector_id) };
}

/** Interactions as they are when their recordings have been fetched, one for each recording; gives their ids. */
export async function addFetched(
  services: Services,
  owner: Owner,
  recordings: readonly StoredRecording[],
): Promise<Buffer[]> {
  const { pool } = services.database;
  const rows = recordings.map(({ storageKey }) => ({ audio: storageKey }));
  const { ids } = await addWaitingRecordings(services, { ...owner, hasWork: false }, rows);
  await writeOutcomes(
    pool,
    recordings.flatMap(({ storageKey, sha256, byteSize }, index) => {
      const subject = ids[index];
      const outcome = { position: 0, state: 'here', storageKey, sha256, byteSize } as const;
      return subject ? [{ work: { accountId: owner.accountId, subject }, outcome }] : [];
    }),
  );
  return ids;
}
