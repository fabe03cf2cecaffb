import { z } from 'zod';

/** A public id as somebody gave it. One that is no UUID is refused before any query. */
export const uidSchema = z.guid();

/** Where the next page starts: whatever the page before gave as `next_cursor`. */
export const cursorSchema = z.string().min(1).max(200);
