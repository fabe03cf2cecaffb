import { AppError } from '../../shared/error.ts';
import { type InteractionStatus, interactionStatuses } from '../../shared/interaction.ts';
import { parseUuid } from '../uuid.ts';
import type { Condition } from './scope.ts';

export interface AnalysisListFilter {
  /** `occurred_at` from `from` on and before `to`. */
  from?: Date | undefined;
  to?: Date | undefined;
  /** Analyses by this profile. */
  profileUid?: string | undefined;
  /** The interaction's. */
  status?: InteractionStatus | undefined;
  /** Analyses of at least, at most so many points (`final_score`, the API's score filter). */
  scoreMin?: number | undefined;
  scoreMax?: number | undefined;
  /** The same by `percentage_score`. */
  percentageMin?: number | undefined;
  percentageMax?: number | undefined;
  /** An external id or its beginning. */
  search?: string | undefined;
  /** What the page before gave as `next_cursor`. */
  cursor?: string | undefined;
  limit: number;
}

/** Whether only analyses can fit, so that interactions without one are out. */
export function wantsAnalysis(filter: AnalysisListFilter): boolean {
  return analysisConditions(filter).length > 0;
}

/** On the analysis `a`. */
export function analysisConditions(filter: AnalysisListFilter): Condition[] {
  const { profileUid, scoreMin, scoreMax, percentageMin, percentageMax } = filter;
  return [
    ...limit('a.final_score >= ?', scoreMin),
    ...limit('a.final_score <= ?', scoreMax),
    ...limit('a.percentage_score >= ?', percentageMin),
    ...limit('a.percentage_score <= ?', percentageMax),
    ...(profileUid === undefined ? [] : [byProfile(profileUid)]),
  ];
}

function byProfile(uid: string): Condition {
  const id = parseUuid(uid);
  if (!id) throw new AppError('invalid', 'The quality profile of the filter is no id. Choose one from the list.');
  return {
    sql: 'a.profile_id = (SELECT q.id FROM quality_profile q WHERE q.account_id = a.account_id AND q.uid = ?)',
    values: [id],
  };
}

/** On the interaction `i`; its time is read from the table whose index gives the order. */
export function interactionConditions(ordered: 'a' | 'i', filter: AnalysisListFilter): Condition[] {
  const { from, to, status, search } = filter;
  return [
    ...limit(`${ordered}.occurred_at >= ?`, from),
    ...limit(`${ordered}.occurred_at < ?`, to),
    ...limit('i.status = ?', status && interactionStatuses.indexOf(status)),
    ...limit('i.external_id LIKE ?', search ? beginningWith(search) : undefined),
  ];
}

/** Identifiers compare byte by byte, so the pattern is bytes too. */
function beginningWith(text: string): Buffer {
  return Buffer.from(`${text.replace(/[\\%_]/g, '\\$&')}%`);
}

function limit(sql: string, value: unknown): Condition[] {
  return value === undefined ? [] : [{ sql, values: [value] }];
}
