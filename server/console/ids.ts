import { parseUuid } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';

/** The bytes of an id that a schema has checked. */
export function idOf(text: string): Buffer {
  const id = parseUuid(text);
  if (!id) throw new AppError('invalid', `"${text}" is no id.`, { field: 'id' });
  return id;
}
