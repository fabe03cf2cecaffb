import type { z } from 'zod';
import { typedValues } from '../typed-text.ts';
import { validate } from '../validate.ts';
import type { FormFields } from './read-form.ts';

/** The fields of a form, checked. Empty ones are as if they were not there. */
export function checkForm<Schema extends z.ZodType>(schema: Schema, fields: FormFields): z.output<Schema> {
  const given = [...fields].filter(([, text]) => text !== '');
  return validate(schema, typedValues(schema, given));
}
