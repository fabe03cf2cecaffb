import { AppError } from '../../shared/error.ts';

const segment = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;

/** Keys are made by us; one that is not of our making never becomes a path. */
export function segmentsOfKey(key: string): string[] {
  const segments = key.split('/');
  if (segments.every((part) => segment.test(part))) return segments;
  throw new AppError('invalid', `"${key.slice(0, 200)}" is no storage key.`);
}
