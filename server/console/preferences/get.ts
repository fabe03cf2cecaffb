import { readPreferences } from '../../../db/queries/preferences.ts';
import { type Preferences, preferenceSchemas } from '../../../shared/preference.ts';
import { signedIn } from '../trpc.ts';

/** What the signed-in user chose last. What is no choice any more, after an upgrade, is left out. */
export const get = signedIn.query(async ({ ctx }): Promise<Preferences> => {
  const { accountId, user } = ctx.session;
  const stored = await readPreferences(ctx.services.database.pool, accountId, user.id);
  const valid = Object.entries(preferenceSchemas).flatMap(([name, schema]) => {
    const { success, data } = schema.safeParse(stored.get(name));
    return success ? [[name, data] as const] : [];
  });
  return Object.fromEntries(valid);
});
