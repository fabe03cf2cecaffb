import { z } from 'zod';

/** A public id as the console got it. One that is no UUID is refused before any query. */
export const uidSchema = z.guid();

export const byUid = z.strictObject({ uid: uidSchema });
export const byId = z.strictObject({ id: uidSchema });
export const enabling = z.strictObject({ uid: uidSchema, enabled: z.boolean() });

/** Where the next page starts: whatever the page before gave as `next_cursor`. */
export const cursorSchema = z.string().min(1).max(200).optional();
