import { listEnabledRules, type StoredRule } from '../../../db/queries/assignment-rules.ts';
import { AppError } from '../../../shared/error.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import type { Services } from '../../services.ts';
import { ChunkBuffer } from '../store/chunk.ts';
import { fateOf, needsRules } from '../store/fate.ts';
import type { Rows } from '../store/interaction-store.ts';
import { isThereAlready, type Refusal, type SortedRows } from '../store/sort.ts';

export interface Received {
  line: number;
  interaction: Interaction;
}

/** Interactions as rows, each with what follows from it; the account's rules are read only where a transcript is judged. */
export async function rowsOf({ database }: Services, accountId: number, list: Received[]): Promise<Rows> {
  const isJudged = list.some(({ interaction }) => needsRules(interaction));
  const rules: StoredRule[] = isJudged ? await listEnabledRules(database.pool, accountId) : [];
  const buffer = new ChunkBuffer(list.length, list.length * bytesExpected);
  return {
    buffer,
    rows: list.map(({ line, interaction }) => buffer.add(interaction, line, fateOf(interaction, rules))),
  };
}

const bytesExpected = 2048;

export function makesWork({ added }: SortedRows): boolean {
  return added.some(({ fate }) => fate.work !== undefined);
}

/** What the caller is told of a row that was refused. */
export function refusalOf({ row, code, reason, ...when }: Refusal): AppError {
  if (code === 'cap_exceeded') return new AppError('conversation_cap_exceeded', reason, when);
  return duplicate(row.externalId);
}

export function duplicate(externalId: string): AppError {
  return new AppError('duplicate', isThereAlready(externalId), { field: 'external_interaction_id' });
}
