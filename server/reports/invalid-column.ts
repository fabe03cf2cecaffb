import { AppError } from '../../shared/error.ts';

/** `known`: what there is instead. */
export function invalidColumn(name: string, known: string): AppError {
  return new AppError('invalid', `The report has no column "${name}": ${known}. Choose another column.`, {
    field: 'columns',
  });
}
