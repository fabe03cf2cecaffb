import { z } from 'zod';
import { nameSchema } from './name.ts';

/** A filter of the Analysis List under a name: one's own, or shared with everybody of the account. */
export const savedFilterSchema = z.strictObject({
  name: nameSchema,
  is_shared: z.boolean().default(false),
});
