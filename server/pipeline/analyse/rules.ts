import type { Pool } from 'mysql2/promise';
import {
  enabledRulesOf,
  type ProfileHead,
  type ProfileVersion,
  profileBodies,
  profileHeadsOf,
  type StoredRule,
} from '../../../db/queries/assignment-rules.ts';
import type { QualityProfile } from '../../../shared/quality.ts';
import { CallGroup } from '../../call-group.ts';

/** An account's rules and profiles as they are now. */
export interface AccountRules {
  /** Those that are enabled, in the order in which they were made. */
  rules: StoredRule[];
  /** By name. */
  profiles: Map<string, ProfileHead>;
}

const bodiesKept = 200;

/**
 * Reads rules and profiles for every interaction, so that a change counts from the next one on; interactions of one
 * moment share what is read. What a profile's version asks never changes, so it is kept.
 */
export class RuleReader {
  readonly #pool: Pool;
  readonly #reading: CallGroup<number, AccountRules>;
  readonly #completing: CallGroup<ProfileHead, ProfileVersion>;
  /** The oldest first. */
  readonly #bodies = new Map<string, QualityProfile>();

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#reading = new CallGroup((accountIds: number[]) => this.#read(accountIds));
    this.#completing = new CallGroup((heads: ProfileHead[]) => this.#complete(heads));
  }

  ofAccount(accountId: number): Promise<AccountRules> {
    return this.#reading.add(accountId);
  }

  async withBody(head: ProfileHead): Promise<ProfileVersion> {
    const body = this.#bodies.get(keyOf(head));
    return body ? { ...head, body } : await this.#completing.add(head);
  }

  async #read(accountIds: number[]): Promise<AccountRules[]> {
    const accounts = [...new Set(accountIds)];
    const [rules, profiles] = await Promise.all([
      enabledRulesOf(this.#pool, accounts),
      profileHeadsOf(this.#pool, accounts),
    ]);
    const read = new Map(
      accounts.map((id) => [
        id,
        { rules: rules.get(id) ?? [], profiles: new Map((profiles.get(id) ?? []).map((head) => [head.name, head])) },
      ]),
    );
    return accountIds.map((id) => read.get(id) ?? { rules: [], profiles: new Map() });
  }

  async #complete(heads: ProfileHead[]): Promise<ProfileVersion[]> {
    const loaded = await profileBodies(this.#pool, heads);
    const bodies = new Map(loaded.map((version) => [keyOf(version), version.body]));
    for (const [key, body] of bodies) this.#keep(key, body);
    return heads.map((head) => {
      const body = bodies.get(keyOf(head));
      if (!body) throw new Error(`version ${head.version} of the quality profile "${head.name}" is missing`);
      return { ...head, body };
    });
  }

  #keep(key: string, body: QualityProfile): void {
    this.#bodies.set(key, body);
    const [oldest] = this.#bodies.keys();
    if (this.#bodies.size > bodiesKept && oldest !== undefined) this.#bodies.delete(oldest);
  }
}

function keyOf({ id, version }: Pick<ProfileHead, 'id' | 'version'>): string {
  return `${id} ${version}`;
}
