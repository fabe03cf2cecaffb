import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { MIMEType } from 'node:util';
import { Dicer } from '@fastify/busboy';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { letBodyCome } from '../../http/continue.ts';
import type { FormLimits, Pace } from '../../http/upload/limits.ts';
import { watchPace } from '../../http/upload/pace.ts';
import {
  broken,
  clientLost,
  fieldProblem,
  fieldsProblem,
  fieldTooLarge,
  fileField,
  fileProblem,
  missing,
  notText,
  tooLarge,
  tooMany,
} from '../../http/upload/problems.ts';
import { endlessHead, headBytes, type PartHead, type PartHeaders, readHead } from './part-head.ts';

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
  const form = openForm(request);
  letBodyCome(request);
  const ends = new AbortController();
  const fail = (error: unknown) => ends.abort(error);
  const { signal } = ends;
  let progress = 0;
  const { fields, partsTaken, file } = collect(form, reading, { signal, fail }, () => progress++);
  let isFormRead = false;
  form.once('finish', () => {
    isFormRead = true;
  });
  const isReading = () => !request.complete && (isFormRead || !form.writableNeedDrain);
  const pace = watchPace(request, reading.pace, { isReading, progress: () => progress, fail });
  const { socket } = request;
  const lost = () => fail(clientLost());
  // The request itself closes also when its body has simply come to its end.
  const closed = () => {
    if (!request.complete) lost();
  };
  socket.on('close', lost);
  request.on('close', closed).on('error', closed);
  if (socket.destroyed) lost();
  try {
    await readToEnd(request, form, { signal, fail, limits: reading.limits, partsTaken });
    return { fields, file: await file() };
  } catch (error) {
    // What was taken of the file has to be given up before anybody is told; why is known already. Of storage that does
    // not even give up, nobody waits for the answer.
    const abandoning = setTimeout(() => socket.destroy(), reading.pace.stuckMs);
    await Promise.allSettled([file()]);
    clearTimeout(abandoning);
    throw error;
  } finally {
    pace.stop();
    socket.off('close', lost);
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

function openForm({ headers }: IncomingMessage): Dicer {
  const boundary = new MIMEType(headers['content-type'] ?? '').params.get('boundary');
  if (!boundary) throw new AppError('invalid', 'The Content-Type of the form names no boundary.');
  // Its types leave out one of its settings, which only a named object may have.
  const settings = { boundary, maxHeaderPairs: 20, maxHeaderSize: headBytes.kept };
  return new Dicer(settings);
}

/** Some clients send every field with a file's name; what they call text or JSON is a field nevertheless. */
function isFile({ name, fileName, type }: PartHead): boolean {
  return name === fileField || (fileName !== undefined && !type.startsWith('text/') && type !== 'application/json');
}

interface Collected<File> {
  fields: FormFields;
  /** When all parts that have come are taken. */
  partsTaken(): Promise<void>;
  file(): Promise<File>;
}

/** Takes the parts of the form one after the other: its fields, and its file. */
function collect<File>(
  form: Dicer,
  { limits, takeFile }: FormReading<File>,
  { signal, fail }: { signal: AbortSignal; fail(error: unknown): void },
  onProgress: () => void,
): Collected<File> {
  const fields = new Map<string, string>();
  let taking: Promise<File> | undefined;
  let before = Promise.resolve();
  let current: Readable | undefined;
  signal.addEventListener('abort', () => current?.destroy(AppError.from(signal.reason)));

  async function takeField(head: PartHead, content: Readable): Promise<void> {
    if (fields.size === limits.fields) throw tooMany(limits);
    const problem = fieldProblem(fields, head.name);
    if (problem) throw problem;
    fields.set(head.name, await readField(content, head, limits));
    const tooLong = fieldsProblem(fields, head.name, limits);
    if (tooLong) throw tooLong;
  }

  async function take(head: PartHead, content: Readable): Promise<void> {
    if (signal.aborted) return;
    current = content;
    if (!isFile(head)) return await takeField(head, content);
    const problem = fileProblem(head.name, taking !== undefined);
    if (problem) throw problem;
    const facts = { fileName: head.fileName, fieldsBefore: new Map(fields) };
    taking = takeFile(bounded(content, limits.fileBytes, onProgress), facts);
    await taking;
  }

  eachPart(form, { limits, fail }, (head, content) => {
    before = before.then(() => take(head, content)).catch(fail);
  });
  return { fields, partsTaken: () => before, file: () => taking ?? Promise.reject(missing()) };
}

/** Calls `found` with each part as soon as its headers have come. */
function eachPart(
  form: Dicer,
  { limits, fail }: { limits: FormLimits; fail(error: unknown): void },
  found: (head: PartHead, content: Readable) => void,
): void {
  let place = 0;
  let isInHead = false;
  form.on('part', (content) => {
    if (isInHead) return fail(endlessHead(place));
    isInHead = true;
    const here = ++place;
    // It may fail once more when nobody reads it any longer.
    content.on('error', () => undefined);
    if (here > limits.fields + 2) return fail(tooMany(limits));
    content.once('header', (headers) => {
      isInHead = false;
      try {
        found(readHead(headers as PartHeaders, here), content);
      } catch (error) {
        fail(error);
      }
    });
  });
  form.on('error', (cause: unknown) => fail(broken(cause)));
  form.on('finish', () => {
    if (isInHead) fail(endlessHead(place));
  });
}

/** Resolves when all parts are taken and nothing of the body is left. */
function readToEnd(
  request: IncomingMessage,
  form: Dicer,
  { signal, fail, limits, partsTaken }: ReadingToEnd,
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
    form.once('finish', () => {
      // The form asks for nothing any more, not even for what follows its last boundary.
      process.nextTick(() => {
        if (!signal.aborted) request.unpipe(form).resume();
      });
      void Promise.all([bodyEnded, partsTaken()]).then(() => resolve());
    });
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    else request.on('data', count).pipe(form);
  });
}

interface ReadingToEnd {
  signal: AbortSignal;
  fail(error: unknown): void;
  limits: FormLimits;
  partsTaken(): Promise<void>;
}

/** Throws `invalid` with the name of the field when it is too large or is not text of its charset. */
async function readField(content: Readable, { name, charset }: PartHead, limits: FormLimits): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of content as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > limits.fieldBytes) throw fieldTooLarge(name, limits);
    pieces.push(piece);
  }
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(Buffer.concat(pieces));
  } catch (cause) {
    throw notText(name, charset, cause);
  }
}

async function* bounded(content: Readable, fileBytes: number, onProgress: () => void): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const bytes of content as AsyncIterable<Buffer>) {
    onProgress();
    length += bytes.length;
    if (length > fileBytes) throw tooLarge(fileBytes);
    yield bytes;
  }
}
