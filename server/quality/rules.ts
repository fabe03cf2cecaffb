import { modelsOf } from '../../db/models/models.ts';
import { newId } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import { type AssignmentRule, assignmentRuleSchema } from '../../shared/quality.ts';
import { type Change, changeOf } from '../change.ts';
import { parseInput } from '../parse-input.ts';
import type { Services } from '../services.ts';
import { listProfiles } from './profiles.ts';

/** Makes or changes an assignment rule. `alsoKnown` names profiles that are about to be made in the same go. */
export async function saveRule(
  services: Services,
  accountId: number,
  input: unknown,
  { dryRun = false, alsoKnown = [] as string[] } = {},
): Promise<Change> {
  const body = parseInput(assignmentRuleSchema, input);
  await requireProfiles(services, accountId, body, alsoKnown);
  const { AssignmentRule } = await modelsOf(services.database);
  const row = await AssignmentRule.findOne({ where: { account_id: accountId, name: body.name } });
  const change = changeOf(row?.body, body);
  if (dryRun || change === 'unchanged') return change;
  if (row) await row.update({ body, is_enabled: body.is_enabled });
  else
    await AssignmentRule.create({
      account_id: accountId,
      uid: newId(),
      name: body.name,
      body,
      is_enabled: body.is_enabled,
    });
  return change;
}

async function requireProfiles(
  services: Services,
  accountId: number,
  rule: AssignmentRule,
  alsoKnown: string[],
): Promise<void> {
  const known = [...alsoKnown, ...(await listProfiles(services, accountId)).map((profile) => profile.name)];
  const unknown = rule.assign_quality_profiles.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new AppError(
      'invalid',
      `The rule "${rule.name}" assigns the quality profile "${unknown}", which is not there. Create it first.`,
      {
        field: 'assign_quality_profiles',
      },
    );
}

export async function listRules(services: Services, accountId: number): Promise<AssignmentRule[]> {
  const rows = await (await modelsOf(services.database)).AssignmentRule.findAll({
    where: { account_id: accountId },
    order: [['name', 'ASC']],
  });
  return rows.map((row) => row.body);
}
