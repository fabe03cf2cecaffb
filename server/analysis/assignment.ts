import { createHash } from 'node:crypto';
import type { AssignmentRule } from '../../shared/quality.ts';
import { type Lookup, matchesGroup } from './condition.ts';

export interface AssignableInteraction {
  id: string;
  externalId: string;
  lookup: Lookup;
}

export interface Assignment {
  /** Each profile once, with the first rule that asked for it. */
  profiles: { name: string; ruleId: string }[];
  /** Why there are none: no enabled rule at all, none that fits, or all that fit sampled this one out. */
  reason: null | 'no_rule' | 'no_match' | 'sampled_out';
}

/** Decides which profiles an interaction is scored by: the union over all enabled rules that match and sample it. */
export function assign(
  interaction: AssignableInteraction,
  rules: readonly (AssignmentRule & { id: string })[],
): Assignment {
  const enabled = rules.filter((rule) => rule.is_enabled);
  if (enabled.length === 0) return { profiles: [], reason: 'no_rule' };
  const matching = enabled.filter((rule) => matchesGroup(rule.filter_group, interaction.lookup));
  if (matching.length === 0) return { profiles: [], reason: 'no_match' };
  const taking = matching.filter((rule) => isSampled(rule.id, interaction.externalId, rule.sampling_percentage));
  if (taking.length === 0) return { profiles: [], reason: 'sampled_out' };
  const profiles = new Map<string, string>();
  for (const rule of taking)
    for (const name of rule.assign_quality_profiles) if (!profiles.has(name)) profiles.set(name, rule.id);
  return { profiles: Array.from(profiles, ([name, ruleId]) => ({ name, ruleId })), reason: null };
}

/**
 * Whether a rule's sample holds an interaction. There is no dice: the first six bytes of SHA-256(rule id + external id),
 * modulo 10,000, must be below the percentage × 100. So a retry, a second import or another worker decides the same,
 * rules sample independently of each other, and raising a percentage only adds interactions.
 */
export function isSampled(ruleId: string, externalId: string, percentage: number): boolean {
  const digest = createHash('sha256').update(ruleId).update(externalId).digest();
  return digest.readUIntBE(0, 6) % 10_000 < Math.round(percentage * 100);
}
