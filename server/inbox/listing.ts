import { entriesOfFolder } from '../../db/queries/inbox-files.ts';
import type { Services } from '../services.ts';
import type { InboxLogin } from './login.ts';
import type { ToldEntry } from './protocol/replies.ts';
import { toldOf } from './tree.ts';

/** Names of up to 255 bytes, twice each, fit into a packet. */
const entriesAtOnce = 100;

/** A folder being listed, some entries at a time. */
export class Listing {
  readonly #services: Services;
  readonly #login: InboxLogin;
  readonly #folder: string;
  #last: string | undefined;
  #isAtEnd = false;

  constructor(services: Services, login: InboxLogin, folder: string) {
    this.#services = services;
    this.#login = login;
    this.#folder = folder;
  }

  /** Undefined at the end. */
  async next(): Promise<ToldEntry[] | undefined> {
    if (this.#isAtEnd) return undefined;
    const { pool } = this.#services.database;
    const entries = await entriesOfFolder(pool, this.#login, this.#folder, this.#last, entriesAtOnce);
    this.#isAtEnd = entries.length < entriesAtOnce;
    this.#last = entries.at(-1)?.path;
    return entries.length > 0 ? entries.map(toldOf) : undefined;
  }
}
