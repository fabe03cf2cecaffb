import { campaignMark, campaignNameKey } from '../../shared/campaign.ts';
import type { AssignmentRule } from '../../shared/quality.ts';

const attributes = [campaignMark, campaignNameKey].flatMap((key) => [key, `metadata.${key}`]);

/** Rules with a condition on this very campaign, by its id or its name. */
export function rulesNaming<T extends AssignmentRule>(
  rules: readonly T[],
  { id, name }: { id: string; name: string },
): T[] {
  return rules.filter(({ filter_group }) =>
    filter_group.some((all) =>
      all.some(({ attribute, value }) => attributes.includes(attribute) && (value === id || value === name)),
    ),
  );
}

/** Rules that ask nothing of the campaign, so that they may take its conversations too. */
export function rulesForAll<T extends AssignmentRule>(rules: readonly T[]): T[] {
  return rules.filter(
    ({ filter_group }) =>
      filter_group.length === 0 ||
      filter_group.some((all) => !all.some(({ attribute }) => attributes.includes(attribute))),
  );
}
