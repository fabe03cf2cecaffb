import { z } from 'zod';
import type { FieldMeta } from '../../../shared/connector.ts';

const meta = (facts: FieldMeta) => ({ ...facts });

/** What one email connector is told. Its titles and descriptions are the console's form. */
export const emailConfigSchema = z.strictObject({
  address: z
    .string()
    .trim()
    .max(254)
    .pipe(z.email('an email address such as ada@example.com'))
    .meta(
      meta({
        title: 'Destination email address',
        description: 'Whoever reads mails there can open the reports by their links for seven days.',
        group: 'where',
      }),
    ),
});

export type EmailConfig = z.infer<typeof emailConfigSchema>;
