import type { Pool } from 'mysql2/promise';
import { type ChangeMark, selectChangeMarks } from '../../../db/queries/console-changes.ts';
import { parseUuid, smallestIdAt } from '../../../db/uuid.ts';

/** Executions this young are looked at although they have ended: the shortest ones begin and end between two looks. */
const youngMs = 20_000;

/** Remembers how things stood at the last look. */
export interface Marks {
  /** What stands otherwise than at the last look. An account's first look tells nothing: it is what the rest is told from. */
  changed(accountIds: ReadonlySet<number>): Promise<ChangeMark[]>;
}

export function openMarks(pool: Pool): Marks {
  let known = new Map<string, ChangeMark>();
  let accounts: ReadonlySet<number> = new Set();
  return {
    async changed(accountIds) {
      if (accountIds.size === 0) {
        known = new Map();
        accounts = new Set();
        return [];
      }
      const executions = { since: smallestIdAt(Date.now() - youngMs), openBefore: openExecutions(known) };
      const marks = await selectChangeMarks(pool, [...accountIds], executions);
      const before = { known, accounts };
      known = new Map(marks.map((mark) => [keyOf(mark), mark]));
      accounts = new Set(accountIds);
      return marks.filter(
        (mark) => before.accounts.has(mark.accountId) && before.known.get(keyOf(mark))?.version !== mark.version,
      );
    },
  };
}

function keyOf({ accountId, topic, id }: ChangeMark): string {
  return `${accountId} ${topic} ${id}`;
}

/** Those that were open at the last look are looked at once more, to see their end. */
function openExecutions(known: Map<string, ChangeMark>): Buffer[] {
  return [...known.values()]
    .filter(({ topic, version }) => topic === 'executions' && /^(pending|processing|delivering)\./.test(version))
    .flatMap(({ id }) => parseUuid(id) ?? []);
}
