import { z } from 'zod';
import { fileFormats, reportColumnsSchema } from './report.ts';

/** What the console remembers for a user, by name: what he chose last. */
export const preferenceSchemas = {
  /** The columns of the Analysis List, in their order. */
  analysis_columns: z.array(z.string().min(1).max(200)).min(1).max(100),
  /** Those of a report, in their order, with their headings. */
  report_columns: reportColumnsSchema,
  report_file_format: z.enum(fileFormats),
} as const;

export type PreferenceName = keyof typeof preferenceSchemas;
export type Preferences = { [Name in PreferenceName]?: z.output<(typeof preferenceSchemas)[Name]> | undefined };
