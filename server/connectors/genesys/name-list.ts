import { z } from 'zod';
import { AppError, type ErrorCode } from '../../../shared/error.ts';
import { closest } from '../../closest.ts';
import type { Log } from '../../log.ts';
import type { GenesysApi } from './api.ts';

/** What can be named in the settings and is an ID in conversations. */
export interface Kind {
  path: string;
  /** For words about one of them. */
  noun: string;
  /** The form's field. */
  field: string;
}

export const queueKind: Kind = { path: '/api/v2/routing/queues', noun: 'queue', field: 'queues' };
export const wrapUpKind: Kind = {
  path: '/api/v2/routing/wrapupcodes',
  noun: 'wrap-up code',
  field: 'quality_criteria.wrap_up_codes',
};

const pageSchema = z.object({
  entities: z.array(z.object({ id: z.string(), name: z.string().nullish() })).nullish(),
  pageCount: z.number().nullish(),
});

const pageSize = 500;
const pagesMost = 40;
const suggested = 3;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Names are good to have; where the OAuth client may not read them, what was given is taken as IDs. */
const namesWithheld: readonly ErrorCode[] = ['permission_denied', 'path_missing'];

/** An organisation's queues or wrap-up codes. */
export class NameList {
  readonly #kind: Kind;
  readonly #names: ReadonlyMap<string, string>;
  readonly #withheld: AppError | undefined;

  constructor(kind: Kind, names: ReadonlyMap<string, string>, withheld?: AppError) {
    this.#kind = kind;
    this.#names = names;
    this.#withheld = withheld;
  }

  nameOf(id: string): string | undefined {
    return this.#names.get(id);
  }

  /** The ID of what a person named by name or ID; where there is no list, itself. Throws `invalid` with close names. */
  idOf(given: string): string {
    const id = this.#find(given);
    if (id !== undefined) return id;
    if (this.#isList()) throw this.#unknown(given);
    return uuid.test(given) ? given.toLowerCase() : given;
  }

  /** Says which of those were taken as IDs for want of a list, and why; undefined where none was. */
  takenAsIds(given: readonly string[]): string | undefined {
    if (this.#isList()) return undefined;
    const taken = given.filter((text) => !uuid.test(text) && this.#find(text) === undefined);
    if (taken.length === 0) return undefined;
    const { noun } = this.#kind;
    const shown = taken.map((text) => `"${text}"`).join(', ');
    const why = this.#withheld?.message ?? `Genesys lists no ${noun}s to this OAuth client.`;
    return taken.length === 1
      ? `The ${noun} ${shown} cannot be looked up and is taken as the ID itself: ${why}`
      : `The ${noun}s ${shown} cannot be looked up and are taken as IDs: ${why}`;
  }

  #isList(): boolean {
    return this.#withheld === undefined && this.#names.size > 0;
  }

  #find(given: string): string | undefined {
    if (this.#names.has(given)) return given;
    const wanted = given.toLowerCase();
    for (const [id, name] of this.#names) if (name.toLowerCase() === wanted || id.toLowerCase() === wanted) return id;
    return undefined;
  }

  #unknown(given: string): AppError {
    const { noun, field } = this.#kind;
    const close = this.#closeTo(given);
    const advice = close.length > 0 ? ` Is it ${close.map((name) => `"${name}"`).join(' or ')}?` : '';
    return new AppError(
      'invalid',
      `There is no ${noun} "${given}" among the ${this.#names.size} that the OAuth client sees.${advice} Check its name, and that the client's role covers its division.`,
      { field },
    );
  }

  #closeTo(given: string): string[] {
    const known = [...this.#names.values()];
    const wanted = given.toLowerCase();
    const holding = known.filter((name) => name.toLowerCase().includes(wanted) || wanted.includes(name.toLowerCase()));
    const alike = closest(given, known, { left: 1 });
    return [...new Set([...(alike === undefined ? [] : [alike]), ...holding])].slice(0, suggested);
  }
}

/** Reads them all, some hundred a request. */
export async function readNames(api: GenesysApi, kind: Kind, log: Log): Promise<NameList> {
  const names = new Map<string, string>();
  try {
    for (let pageNumber = 1; pageNumber <= pagesMost; pageNumber++) {
      const query = { pageSize, pageNumber };
      const { entities, pageCount } = await api.json(pageSchema, { path: kind.path, query });
      for (const { id, name } of entities ?? []) names.set(id, name ?? id);
      if (!entities?.length || pageNumber >= (pageCount ?? 1)) break;
    }
    return new NameList(kind, names);
  } catch (thrown) {
    if (!(thrown instanceof AppError) || !namesWithheld.includes(thrown.code)) throw thrown;
    log.debug({ err: thrown }, `names of ${kind.noun}s cannot be read`);
    return new NameList(kind, names, thrown);
  }
}
