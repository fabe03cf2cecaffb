import type { Pool, RowDataPacket } from 'mysql2/promise';
import { z } from 'zod';
import { hasAnyAccount } from '../../../db/queries/console-users.ts';
import { AppError } from '../../../shared/error.ts';
import { zoneSchema } from '../../../shared/job.ts';
import { nameSchema } from '../../../shared/name.ts';
import { shortestPassword } from '../../../shared/password.ts';
import { createAccount } from '../../accounts/accounts.ts';
import type { Services } from '../../services.ts';

export const firstAccountSchema = z.strictObject({
  name: nameSchema,
  admin_email: z.email().max(191),
  admin_password: z.string().min(shortestPassword, `at least ${shortestPassword} characters`).max(1000),
  timezone: zoneSchema.optional(),
});
export type FirstAccount = z.infer<typeof firstAccountSchema>;

/** Locks are the server's, which may have several databases of several products. */
const lockName = "CONCAT('cqa.setup.', SHA1(DATABASE()))";

/**
 * Makes the installation's first account, its console switched on: whoever installs the program is its operator.
 * Throws `forbidden` once there is an account.
 */
export function createFirstAccount(services: Services, first: FirstAccount): Promise<{ account_id: string }> {
  return alone(services.database.pool, async () => {
    if (await hasAnyAccount(services.database.pool))
      throw new AppError('forbidden', 'This installation is set up already. Sign in, or ask its admin for a user.');
    const { uid } = await createAccount(services, {
      name: first.name,
      adminEmail: first.admin_email,
      adminPassword: first.admin_password,
      ...(first.timezone ? { timezone: first.timezone } : {}),
      console: true,
    });
    return { account_id: uid };
  });
}

/** Two people who press the button at once must not get two first accounts. */
async function alone<T>(pool: Pool, work: () => Promise<T>): Promise<T> {
  const connection = await pool.getConnection();
  try {
    const [rows] = await connection.query<RowDataPacket[]>(`SELECT GET_LOCK(${lockName}, 10) AS locked`);
    if (rows[0]?.locked !== 1)
      throw new AppError('conflict', 'Somebody else is setting up this installation right now. Load the page again.');
    return await work();
  } finally {
    await connection.query(`DO RELEASE_LOCK(${lockName})`);
    connection.release();
  }
}
