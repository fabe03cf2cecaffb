import { modelsOf } from '../../db/models/models.ts';
import { newId, uuidText } from '../../db/uuid.ts';
import { type QualityProfile, qualityProfileSchema } from '../../shared/quality.ts';
import { type Change, changeOf } from '../change.ts';
import { parseInput } from '../parse-input.ts';
import type { Services } from '../services.ts';

export interface ProfileSummary {
  uid: string;
  name: string;
  version: number;
}

/** Makes a profile, or a new version of it when its content changed: what was analysed stays linked to its version. */
export async function saveProfile(
  services: Services,
  accountId: number,
  input: unknown,
  { dryRun = false } = {},
): Promise<Change> {
  const body = parseInput(qualityProfileSchema, input);
  const { sequelize, QualityProfile, QualityProfileVersion } = await modelsOf(services.database);
  const row = await QualityProfile.findOne({ where: { account_id: accountId, name: body.name, deleted_at: null } });
  const current = row && (await QualityProfileVersion.findOne({ where: { profile_id: row.id, version: row.version } }));
  const change = changeOf(current?.body, body);
  if (dryRun || change === 'unchanged') return change;
  await sequelize.transaction(async (transaction) => {
    const profile = row
      ? await row.update({ version: row.version + 1 }, { transaction })
      : await QualityProfile.create(
          { account_id: accountId, uid: newId(), name: body.name, version: 1 },
          { transaction },
        );
    await QualityProfileVersion.create({ profile_id: profile.id, version: profile.version, body }, { transaction });
  });
  return change;
}

export async function listProfiles(services: Services, accountId: number): Promise<ProfileSummary[]> {
  const rows = await (await modelsOf(services.database)).QualityProfile.findAll({
    where: { account_id: accountId, deleted_at: null },
    order: [['name', 'ASC']],
  });
  return rows.map((row) => ({ uid: uuidText(row.uid), name: row.name, version: row.version }));
}

/** Whole profiles as they were given, for `cqa export`. */
export async function currentProfiles(services: Services, accountId: number): Promise<QualityProfile[]> {
  const { QualityProfile, QualityProfileVersion } = await modelsOf(services.database);
  const rows = await QualityProfile.findAll({
    where: { account_id: accountId, deleted_at: null },
    order: [['name', 'ASC']],
  });
  const bodies = await Promise.all(
    rows.map((row) => QualityProfileVersion.findOne({ where: { profile_id: row.id, version: row.version } })),
  );
  return bodies.flatMap((version) => (version ? [version.body] : []));
}
