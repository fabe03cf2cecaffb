import { AppError } from '../../../shared/error.ts';
import type { FormLimits } from './limits.ts';

/** The field that holds the recording. */
export const fileField = 'file';

/** What is wrong with a field before its value is looked at, if anything. */
export function fieldProblem(before: ReadonlyMap<string, string>, name: string): AppError | undefined {
  // An object does not hold it as a key of its own, so that nobody after us would miss it.
  if (name === '__proto__') return wrong(name, 'The field "__proto__" is not known.');
  return before.has(name) ? wrong(name, `The field "${shown(name)}" is given twice. Send it once.`) : undefined;
}

/** What is wrong with all fields together, if anything; `name` is the last one. */
export function fieldsProblem(
  fields: ReadonlyMap<string, string>,
  name: string,
  { formBytes }: FormLimits,
): AppError | undefined {
  const together = [...fields.values()].reduce((sum, { length }) => sum + length, 0);
  if (together <= formBytes) return undefined;
  return wrong(name, `The fields beside the recording are larger than ${formBytes / 1024} KB together.`);
}

export function fieldTooLarge(name: string, { fieldBytes }: FormLimits): AppError {
  return wrong(name, `The field "${shown(name)}" is larger than ${fieldBytes / 1024} KB, the most that is taken.`);
}

export function notText(name: string, charset: string, cause: unknown): AppError {
  const message = `The field "${shown(name)}" is not text in ${shown(charset)}. Send it as UTF-8.`;
  return new AppError('invalid', message, { field: shown(name), cause });
}

/** What is wrong with a file before its content is looked at, if anything. */
export function fileProblem(name: string, isSecond: boolean): AppError | undefined {
  if (name !== fileField) {
    return wrong(name, `A file is sent under the name "${shown(name)}". Send the recording under "${fileField}".`);
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

/** For an upload that neither comes nor is taken any further. */
export function stuck(ms: number): AppError {
  return new AppError(
    'storage_failed',
    `The upload was ended: for ${ms / 1000} seconds nothing of it could be stored. Send it again.`,
  );
}

function wrong(name: string, message: string): AppError {
  return new AppError('invalid', message, { field: shown(name) });
}

function shown(text: string): string {
  return text.slice(0, 100);
}
