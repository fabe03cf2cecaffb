import type { AttributeField, PendingAttributes } from '../attributes.ts';
import type { Condition } from '../scope.ts';
import type { AttributeChoice, LineFilter } from './filter.ts';

/** What a page is read with. */
export interface ListQuestion {
  accountId: number;
  filter: LineFilter;
  scope: Condition | undefined;
  /** Of each condition on metadata, the scope's among them, what fits it has at least one of. */
  choices: AttributeChoice[];
  /** The profile that is asked for, or all that the account ever had. */
  profileIds: number[];
  /** Whether only interactions with an analysis that fits are listed. */
  isByAnalysis: boolean;
  fields: AttributeField[];
  /** Undefined: too much, so that attributes cannot be used. */
  pending: PendingAttributes | undefined;
}
