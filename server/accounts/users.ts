import { z } from 'zod';
import { isTaken, modelsOf } from '../../db/models/models.ts';
import { newId, uuidText } from '../../db/uuid.ts';
import { roleSchema } from '../../shared/configuration.ts';
import { AppError } from '../../shared/error.ts';
import { parseInput } from '../configuration/parse.ts';
import { hashPassword } from '../security/passwords.ts';
import type { Services } from '../services.ts';

const newUserSchema = z.object({
  email: z.email('an e-mail address').transform((email) => email.toLowerCase()),
  password: z.string().optional(),
  role: roleSchema,
  name: z.string().trim().min(1).max(120).optional(),
  teams: z.array(z.string().min(1)).default([]),
  campaigns: z.array(z.string().min(1)).default([]),
  verified: z.boolean().default(false),
});
export type NewUser = z.input<typeof newUserSchema>;

/** Throws `conflict` when the account has a user of that address. Without a password only the frame signs them in. */
export async function createUser(
  services: Services,
  accountId: number,
  input: NewUser,
): Promise<{ id: number; uid: string }> {
  const user = parseInput(newUserSchema, input);
  try {
    const row = await (await modelsOf(services.database)).User.create({
      account_id: accountId,
      uid: newId(),
      email: user.email,
      name: user.name ?? null,
      role: user.role,
      password_hash: user.password === undefined ? null : await hashPassword(user.password),
      email_verified_at: user.verified ? new Date() : null,
      teams: user.teams,
      campaigns: user.campaigns,
    });
    return { id: row.id, uid: uuidText(row.uid) };
  } catch (error) {
    if (isTaken(error))
      throw new AppError('conflict', `This account already has a user ${user.email}.`, { field: 'email' });
    throw error;
  }
}
