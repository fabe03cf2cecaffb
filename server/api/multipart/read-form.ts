import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../connectors/connector.ts';
import type { FormLimits, Pace } from './limits.ts';
import { watchPace } from './pace.ts';
import { broken, clientLost, fieldProblem, fileField, fileProblem, missing, tooLarge, tooMany } from './problems.ts';

export type FormFields = ReadonlyMap<string, string>;

export interface FileFacts {
  /** As the client calls it, without folders. */
  fileName: string | undefined;
  /** Fields that came before the file. */
  fieldsBefore: FormFields;
}

export interface FormReading<File> {
  limits: FormLimits;
  pace: Pace;
  /** Takes the file's content to its end. When it throws, the form is refused. */
  takeFile(content: ByteStream, facts: FileFacts): Promise<File>;
}

/**
 * Reads a form with one file as it comes, never more of it than a few pieces at a time: takeFile() decides how fast.
 * Throws `invalid` for what is no such form, `audio_too_large`, what takeFile() throws, and `connection_lost` when the
 * client goes away; takeFile() has come to its end by then, its content failing with the same error. The body may be
 * unread from there on: see lingerAfterAnswer().
 */
export async function readForm<File>(
  request: IncomingMessage,
  reading: FormReading<File>,
): Promise<{ fields: FormFields; file: File }> {
  refuseByHeaders(request, reading.limits);
  const form = openForm(request, reading.limits);
  const ends = new AbortController();
  const fail = (error: unknown) => ends.abort(error);
  const { fields, file } = collect(form, reading, ends);
  const isReading = () => !request.complete && !form.writableNeedDrain;
  const pace = watchPace(request, reading.pace, { isReading, fail });
  const lost = () => {
    if (!request.complete) fail(clientLost());
  };
  request.on('close', lost).on('error', lost);
  if (request.destroyed) lost();
  try {
    await readToEnd(request, form, { signal: ends.signal, fail, limits: reading.limits });
    return { fields, file: await file() };
  } catch (error) {
    // What was taken of the file has to be given up before anybody is told; why is known already.
    await Promise.allSettled([file()]);
    throw error;
  } finally {
    pace.stop();
  }
}

function refuseByHeaders({ headers }: IncomingMessage, { fileBytes, formBytes }: FormLimits): void {
  if (!/^multipart\/form-data\s*;/i.test(headers['content-type'] ?? ''))
    throw new AppError(
      'invalid',
      `Send the recording as a form: Content-Type multipart/form-data with a boundary, and the recording under the field "${fileField}".`,
    );
  if (Number(headers['content-length'] ?? 0) > fileBytes + formBytes) throw tooLarge(fileBytes);
}

function openForm({ headers }: IncomingMessage, { fields, fieldBytes }: FormLimits): BusboyInstance {
  try {
    return new Busboy({
      headers: headers as BusboyHeaders,
      limits: { fields, fieldSize: fieldBytes, parts: fields + 2, headerPairs: 20, headerSize: 8 * 1024 },
      isPartAFile: (name, type, fileName) => name === fileField || (fileName !== undefined && !isText(type)),
    });
  } catch (cause) {
    throw new AppError('invalid', 'The Content-Type of the form names no boundary.', { cause });
  }
}

/** Some clients send every field with a file's name; what they call text or JSON is a field nevertheless. */
function isText(type: string | undefined): boolean {
  return type === undefined || type.startsWith('text/') || type === 'application/json';
}

/** Listens to the form: its fields, and what became of its file. */
function collect<File>(
  form: BusboyInstance,
  { limits, takeFile }: FormReading<File>,
  ends: AbortController,
): { fields: FormFields; file(): Promise<File> } {
  const { signal } = ends;
  const fail = (error: unknown) => ends.abort(error);
  const fields = new Map<string, string>();
  let taking: Promise<File> | undefined;
  form.on('field', (name, value, _nameTruncated, isTruncated) => {
    const problem = fieldProblem(fields, { name, value, isTruncated }, limits);
    if (problem) fail(problem);
    else fields.set(name, value);
  });
  form.on('file', (name, content, fileName: string | undefined) => {
    // It may fail once more when nobody reads it any longer.
    content.on('error', () => undefined);
    const problem = fileProblem(name, taking !== undefined);
    if (problem) fail(problem);
    if (signal.aborted) return;
    signal.addEventListener('abort', () => content.destroy(AppError.from(signal.reason)));
    taking = takeFile(bounded(content, limits.fileBytes), { fileName, fieldsBefore: new Map(fields) });
    taking.catch(fail);
  });
  for (const event of ['fieldsLimit', 'partsLimit'] as const) form.on(event, () => fail(tooMany(limits)));
  form.on('error', (cause: unknown) => fail(broken(cause)));
  return { fields, file: () => taking ?? Promise.reject(missing()) };
}

/** Resolves when the form has ended and nothing of the body is left. */
function readToEnd(
  request: IncomingMessage,
  form: BusboyInstance,
  { signal, fail, limits }: { signal: AbortSignal; fail(error: unknown): void; limits: FormLimits },
): Promise<void> {
  let received = 0;
  const count = (bytes: Buffer) => {
    received += bytes.length;
    if (received > limits.fileBytes + limits.formBytes) fail(tooLarge(limits.fileBytes));
  };
  const bodyEnded = new Promise((resolve) => request.once('end', resolve));
  return new Promise((resolve, reject) => {
    const stop = () => {
      request.off('data', count).unpipe(form);
      reject(signal.reason);
    };
    form.once('finish', () => void bodyEnded.then(() => resolve()));
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    else request.on('data', count).pipe(form);
  });
}

async function* bounded(content: Readable, fileBytes: number): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const bytes of content as AsyncIterable<Buffer>) {
    length += bytes.length;
    if (length > fileBytes) throw tooLarge(fileBytes);
    yield bytes;
  }
}
