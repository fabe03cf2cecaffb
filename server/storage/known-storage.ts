import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import { type Connection, type Database, transaction } from '../../db/database.ts';
import { newId, uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import type { Config } from '../config.ts';
import type { Storage } from './storage.ts';

/** What a database knows of the storage that its recordings lie in. */
export interface KnownStorage {
  /** Lies in the storage as well. */
  id: string;
  /** STORAGE_URL at the last start; it may change where the storage was copied or mounted elsewhere. */
  url: string;
}

interface Needed {
  database: Database;
  storage: Storage;
  config: Config;
}

/** Where a storage keeps its id. Copied with all the rest, it makes the copy the same storage. */
const idKey = 'storage-id';
const rowName = 'storage';
/** What stands for an id that another CQA_SECRET_KEY has sealed. */
const unreadable = 'sealed with another key';

/**
 * Throws `setting_invalid` where STORAGE_URL names another storage than the one that the database knows: everything
 * stored before would look as if it were gone. The first start makes the two known to each other. Throws a transient
 * error where the storage is away; nothing is made known then.
 */
export async function requireKnownStorage(services: Needed, say: (line: string) => void): Promise<void> {
  const { database, storage, config } = services;
  const known = (await load(database.pool)) ?? (await makeKnown(services));
  const found = await findId(storage);
  if (found !== known.id) throw unknownStorage(config.storageUrl, known, found);
  if (known.url === config.storageUrl) return;
  say(`the storage that was known as ${known.url} is now used as ${config.storageUrl}`);
  await save(database.pool, { id: known.id, url: config.storageUrl });
}

/** From now on the database knows the storage that STORAGE_URL names, whichever it knew before, which is returned. */
export async function adoptStorage({ database: { pool }, storage, config }: Needed): Promise<KnownStorage | undefined> {
  return await transaction(pool, async (connection) => {
    const known = await lock(connection);
    await save(connection, { id: await idOf(storage, config.storageUrl), url: config.storageUrl });
    return known;
  });
}

/** Programs that start at once wait here for the first of them, so that the storage gets one id. */
async function makeKnown({ database: { pool }, storage, config }: Needed): Promise<KnownStorage> {
  return await transaction(pool, async (connection) => {
    const known = await lock(connection);
    if (known) return known;
    const made = { id: await idOf(storage, config.storageUrl), url: config.storageUrl };
    await save(connection, made);
    return made;
  });
}

/** Until the transaction ends nobody else passes. */
async function lock(connection: PoolConnection): Promise<KnownStorage | undefined> {
  await connection.query("INSERT IGNORE INTO installation (name, value) VALUES (?, '')", [rowName]);
  return await load(connection, 'FOR UPDATE');
}

async function load(connection: Connection, how: '' | 'FOR UPDATE' = ''): Promise<KnownStorage | undefined> {
  const [[row]] = await connection.query<RowDataPacket[]>(`SELECT value FROM installation WHERE name = ? ${how}`, [
    rowName,
  ]);
  return row?.value ? (JSON.parse(row.value) as KnownStorage) : undefined;
}

async function save(connection: Connection, known: KnownStorage): Promise<void> {
  await connection.query('UPDATE installation SET value = ? WHERE name = ?', [JSON.stringify(known), rowName]);
}

/** The storage's id; it is given one where it has none. */
async function idOf(storage: Storage, url: string): Promise<string> {
  const found = await findId(storage);
  if (found === unreadable)
    throw new AppError(
      'setting_invalid',
      `STORAGE_URL: ${url} belongs to an installation with another CQA_SECRET_KEY. Set that key, or name an empty folder or prefix.`,
    );
  if (found !== undefined) return found;
  const id = uuidText(newId());
  await storage.put(idKey, pieces(id));
  return id;
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function findId(storage: Storage): Promise<string | undefined> {
  try {
    const parts: Uint8Array[] = [];
    for await (const bytes of await storage.read(idKey)) parts.push(Buffer.from(bytes));
    return Buffer.concat(parts).toString();
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return undefined;
    if (error instanceof AppError && error.code === 'sealed_data_damaged') return unreadable;
    throw error;
  }
}

function unknownStorage(url: string, known: KnownStorage, found: string | undefined): AppError {
  const what = found === undefined ? 'has nothing of it' : 'is another one';
  return new AppError(
    'setting_invalid',
    `STORAGE_URL: the recordings of this database lie in ${known.url}, and ${url} ${what}. Set STORAGE_URL back, or see to it that the disk is mounted. To move, copy everything from there, the file ${idKey} too, and start again. Where the old storage is lost or given up: cqa storage adopt.`,
  );
}
