import { isDeepStrictEqual } from 'node:util';
import { transaction } from '../../db/database.ts';
import { lockAccount } from '../../db/queries/account-lock.ts';
import { readAccountAlerts, writeAccountAlerts } from '../../db/queries/alert-audience.ts';
import { type AlertSettings, alertSettingsSchema } from '../../shared/alert.ts';
import type { Change } from '../change.ts';
import { parseInput } from '../parse-input.ts';
import type { Services } from '../services.ts';
import { requireVersion, versionOf } from '../version.ts';
import { sealedSettings } from './settings.ts';

/**
 * Saves whom alerts are told to where a job does not say otherwise. A webhook's secret that is absent is kept. Throws
 * `invalid` with the field, and `conflict` at `version` where somebody has saved since the form was opened.
 */
export async function saveAlerts(
  { database, keyring }: Pick<Services, 'database' | 'keyring'>,
  accountId: number,
  input: unknown,
  { dryRun = false, version }: { dryRun?: boolean; version?: string } = {},
): Promise<Change> {
  const settings = parseInput(alertSettingsSchema, input, ['alerts']);
  return await transaction(database.pool, async (connection) => {
    await lockAccount(connection, accountId);
    const before = await readAccountAlerts(connection, accountId);
    const sealed = sealedSettings(keyring, settings, before);
    if (before && isDeepStrictEqual(before, sealed)) return 'unchanged';
    requireVersion(version, { name: 'whom alerts are told to', versions: [alertsVersion(before)] });
    if (!dryRun) await writeAccountAlerts(connection, accountId, sealed);
    return before ? 'updated' : 'created';
  });
}

/** Of settings as they are stored; undefined: nobody has set any. */
export function alertsVersion(settings: AlertSettings | undefined): string {
  return versionOf(settings ?? null);
}
