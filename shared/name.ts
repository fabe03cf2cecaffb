import { z } from 'zod';

export const longestName = 120;

/** Control characters, line and paragraph ends, halves of characters, and what turns the direction of writing around. */
const unfit = /[\p{Control}\p{Line_Separator}\p{Paragraph_Separator}\p{Surrogate}\u202A-\u202E\u2066-\u2069]/u;
/** More than spaces, joiners and other characters that leave the paper white. */
const visible = /[^\p{Separator}\p{Other}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** What somebody calls a thing of his, or himself: one line that can be seen. Spaces around it are taken off. */
export const nameSchema = z
  .string()
  .trim()
  .refine((name) => visible.test(name), { message: 'a name that is more than spaces', abort: true })
  .refine((name) => !unfit.test(name), {
    message: 'a name without control characters, such as tabs and line ends',
    abort: true,
  })
  .max(longestName, `a name of at most ${longestName} characters`);

/** A name that may be unfit, as it can be printed: each unfit character by its number. */
export function printable(name: string): string {
  return name.replace(
    new RegExp(unfit, 'gu'),
    (unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
}
