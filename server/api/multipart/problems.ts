import { AppError } from '../../../shared/error.ts';
import type { FormLimits } from './limits.ts';

/** The field that holds the recording. */
export const fileField = 'file';

/** What is wrong with a field, if anything. */
export function fieldProblem(
  before: ReadonlyMap<string, string>,
  { name, value, isTruncated }: { name: string | undefined; value: string; isTruncated: boolean },
  { fieldBytes, formBytes }: FormLimits,
): AppError | undefined {
  if (name === undefined) return new AppError('invalid', 'A part of the form has no name.');
  const shown = name.slice(0, 100);
  if (isTruncated)
    return wrong(shown, `The field "${shown}" is larger than ${fieldBytes / 1024} KB, the most that is taken.`);
  if (before.has(name)) return wrong(shown, `The field "${shown}" is given twice. Send it once.`);
  const together = [...before.values()].reduce((sum, { length }) => sum + length, value.length);
  if (together <= formBytes) return undefined;
  return wrong(shown, `The fields beside the recording are larger than ${formBytes / 1024} KB together.`);
}

/** What is wrong with a file before its content is looked at, if anything. */
export function fileProblem(name: string | undefined, isSecond: boolean): AppError | undefined {
  if (name !== fileField) {
    const shown = name?.slice(0, 100) ?? '';
    return wrong(shown, `A file is sent under the name "${shown}". Send the recording under "${fileField}".`);
  }
  return isSecond ? wrong(fileField, 'The form has two files. Send one recording with each upload.') : undefined;
}

export function missing(): AppError {
  return wrong(fileField, `The form has no file. Send the recording under the field "${fileField}".`);
}

export function tooLarge(fileBytes: number): AppError {
  return new AppError(
    'audio_too_large',
    `The recording is larger than ${Math.round(fileBytes / 1024 ** 2)} MB, the most that an upload may have. Name a larger one by its audio_url.`,
    { field: fileField },
  );
}

export function tooMany({ fields }: FormLimits): AppError {
  return new AppError('invalid', `The form has more than ${fields} fields beside its file.`);
}

export function broken(cause: unknown): AppError {
  return new AppError(
    'invalid',
    'The form cannot be read: it ends before its last boundary, or its parts are damaged.',
    {
      cause,
    },
  );
}

export function clientLost(): AppError {
  return new AppError('connection_lost', 'The client went away before its upload was complete.');
}

function wrong(field: string, message: string): AppError {
  return new AppError('invalid', message, { field });
}
