import type { z } from 'zod';
import { analysisFilterSchema } from './analysis-list.ts';

/** The filter of the Analysis List without a place in it: what is saved, and what a report is narrowed by. */
export const rowFilterSchema = analysisFilterSchema.omit({ cursor: true });
export type RowFilter = z.infer<typeof rowFilterSchema>;
