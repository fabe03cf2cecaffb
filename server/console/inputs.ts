import { z } from 'zod';
import { uidSchema } from '../../shared/id.ts';

export const byUid = z.strictObject({ uid: uidSchema });
export const byId = z.strictObject({ id: uidSchema });
export const enabling = z.strictObject({ uid: uidSchema, enabled: z.boolean() });
