import { setTimeout as delay } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { pathHash } from '../../../../db/queries/inbox-files.ts';
import { openInboxFolder } from '../../../../server/inbox/folder.ts';
import { startInboxServer } from '../../../../server/inbox/server.ts';
import { inboxServer } from '../../../../server/inbox/server-facts.ts';
import { eventually } from '../../../harness/eventually.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { makeInbox } from '../../inbox/inboxes.ts';
import type { ConnectorFixture, OutsideSystem } from '../fixture.ts';
import { Sender } from './sender.ts';

type Json = Record<string, unknown>;

export const fixture: ConnectorFixture = { variants: [{ name: 'our own SFTP server', start }] };

const ourOwn = 'an inbox is read from our own database and storage';

const lacks: OutsideSystem['lacks'] = {
  wrongCredential: `${ourOwn}: whoever reads it signs in nowhere`,
  refused: `${ourOwn}, over no network`,
  cut: `${ourOwn}: there is no connection to cut`,
  freeze: `${ourOwn}, which stand still for everybody or nobody`,
  changeIdentity: `${ourOwn}: there is no other system to be taken for it`,
  append: 'a file of an inbox that is gone on with is another version from its completion on; nobody sees it grow',
  truncate: 'files of an inbox are replaced, never cut',
  flatPlaces: 'an inbox is read in all its folders',
  writeCheck: 'an inbox is our own: there are no rights that a check could try',
};

/** An inbox of an account of its own. */
interface Place {
  accountId: number;
  username: string;
  connectorId: number;
  sender: Sender;
}

/** A place of a name is an inbox of its own: a configuration says of an inbox which login, never which folder. */
async function start(): Promise<OutsideSystem> {
  const services = await testServices();
  const server = await startInboxServer(services, { port: 0, host: '127.0.0.1', connectionsPerAddress: 128 });
  await eventually('the inbox listens', async () => (await inboxServer(services)).isUp);
  const places = new Map<string, Place>();

  async function place(name: string): Promise<Place> {
    const known = places.get(name);
    if (known) return known;
    const { id: accountId } = await testAccount(services);
    const { username, connectorId } = await makeInbox(services, accountId);
    const sender = await Sender.connect({ port: server.port, username });
    const made = { accountId, username, connectorId, sender };
    places.set(name, made);
    return made;
  }
  const main = await place('');
  const placeOf = (name: string): { at: Place; path: string } => {
    const known = [...places.keys()].filter((key) => key !== '' && name.startsWith(`${key}/`));
    const longest = known.sort((a, b) => b.length - a.length)[0];
    const at = longest === undefined ? main : places.get(longest);
    if (!at) throw new Error(`no place for ${name}`);
    return { at, path: longest === undefined ? name : name.slice(longest.length + 1) };
  };
  const ownerOf = (username: unknown): number =>
    ([...places.values()].find((candidate) => candidate.username === username) ?? main).accountId;
  const config = ({ username }: Place, more: Json = {}): Json => ({ username, ...more });

  return {
    lacks,
    context: () => ({
      inbox: (which) => openInboxFolder(services, ownerOf('username' in which ? which.username : undefined), which),
    }),
    home: ({ username }) => ({ services, accountId: ownerOf(username) }),
    config: (more) => config(main, more),
    below: async (name, more) => config(await place(name), more),
    nowhere: () => config(main, { username: 'nobody-of-that-name' }),
    write(name, content) {
      const { at, path } = placeOf(name);
      return at.sender.put(path, [content]);
    },
    writeSlowly(name, pieces, pauseMs) {
      const { at, path } = placeOf(name);
      return at.sender.put(path, pieces, () => delay(pauseMs));
    },
    async files() {
      const [rows] = await services.database.pool.query<RowDataPacket[]>('SELECT connector_id, path FROM inbox_file');
      const names = new Map([...places].map(([name, { connectorId }]) => [connectorId, name]));
      const prefix = (connectorId: number) => (names.get(connectorId) ? `${names.get(connectorId)}/` : '');
      return rows.map(({ connector_id, path }) => prefix(connector_id) + path.toString()).sort();
    },
    async content(name) {
      const { at, path } = placeOf(name);
      const folder = await openInboxFolder(services, at.accountId, { username: at.username });
      const pieces: Uint8Array[] = [];
      for await (const piece of await folder.open(path)) pieces.push(Buffer.from(piece));
      return Buffer.concat(pieces);
    },
    async many(count) {
      const at = await place('many');
      await at.sender.put('calls-0.csv', [Buffer.from('a\n1\n')]);
      for (let from = 1; from < count; from += rowsAtOnce) await copyRows(at, from, Math.min(count, from + rowsAtOnce));
      return config(at);
    },
    async stop() {
      for (const { sender } of places.values()) sender.end();
      await server.close();
      await services.close();
    },
  };

  /** The row of calls-0.csv under other names: so many uploads would take minutes, and their rows are the same. */
  async function copyRows({ accountId, connectorId }: Place, from: number, to: number): Promise<void> {
    const { pool } = services.database;
    const [[row]] = await pool.query<RowDataPacket[]>('SELECT * FROM inbox_file WHERE connector_id = ?', [connectorId]);
    if (!row) throw new Error('the first of many files is not there');
    const { state, revision, byte_size, segments, modified_at } = row;
    const rows = Array.from({ length: to - from }, (_, i) => {
      const path = `calls-${from + i}.csv`;
      const named = [accountId, connectorId, Buffer.from(path), pathHash(path)];
      return [...named, state, revision, byte_size, segments, modified_at];
    });
    await pool.query(
      `INSERT INTO inbox_file (account_id, connector_id, path, path_hash, state, revision, byte_size, segments, modified_at)
       VALUES ?`,
      [rows],
    );
  }
}

const rowsAtOnce = 2000;
