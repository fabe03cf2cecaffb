import { DetailedError, Upload } from 'tus-js-client';
import { type ErrorCode, errorCodes } from '../../shared/error.ts';
import { ShownError } from '../api/problem.ts';
import type { Session } from '../api/session.ts';

/** Each piece is acknowledged by itself, so that a proxy that gathers bodies and a broken line cost little. */
const chunkBytes = 16 * 1024 * 1024;
/** The page says meanwhile that the line is broken; after the last it waits for somebody to go on. */
const retryDelays = [0, 1000, 2000, 5000, 5000, 10_000, 10_000, 20_000, 20_000, 30_000, 30_000, 60_000, 60_000];

export interface UploadTarget {
  session: Session;
  /** Where the tus protocol is spoken. */
  endpoint: string;
  importId: string;
}

export interface Uploading {
  file: File;
  name: string;
  key: string;
  /** Of an upload that was begun before. */
  fileId: string | undefined;
}

export interface UploadEvents {
  onProgress(sent: number): void;
  /** The line broke, or the server is busy: it is tried again by itself. */
  onBroken(): void;
  onHere(fileId: string): void;
  /** `passes`: trying again may help. */
  onFailed(problem: { message: string; passes: boolean }): void;
}

/** One file on its way by the tus protocol, with the session's token as it is at each request. */
export function openUpload(
  { session, endpoint, importId }: UploadTarget,
  { file, name, key, fileId }: Uploading,
  events: UploadEvents,
): Upload {
  const upload: Upload = new Upload(file, {
    endpoint,
    uploadUrl: fileId === undefined ? null : `${endpoint}/${fileId}`,
    metadata: { import: importId, name, key },
    chunkSize: chunkBytes,
    retryDelays,
    // The server itself knows what it has of a file, also for another browser.
    storeFingerprintForResuming: false,
    onBeforeRequest(request) {
      if (session.token) request.setHeader('Authorization', `Bearer ${session.token}`);
    },
    async onAfterResponse(request, response) {
      if (response.getStatus() !== 401) return;
      await session.replace(request.getHeader('Authorization')?.slice('Bearer '.length));
    },
    onShouldRetry(error) {
      const passes = mayPass(error);
      if (passes) events.onBroken();
      return passes;
    },
    onProgress: (sent) => events.onProgress(sent),
    onSuccess: () => events.onHere(idOf(upload)),
    onError: (error) => events.onFailed({ message: messageOf(error), passes: mayPass(error) }),
  });
  return upload;
}

/** Takes away what the server has of a file. Rejects, in words for the person, where it does not let it go. */
export async function removeUploaded(
  { session, endpoint }: UploadTarget,
  { name, fileId }: Pick<Uploading, 'name' | 'fileId'>,
): Promise<void> {
  if (fileId === undefined) return;
  const answer = await session.fetch(`${endpoint}/${fileId}`, {
    method: 'DELETE',
    headers: { 'tus-resumable': '1.0.0' },
  });
  if (answer.ok || answer.status === 404) return;
  const refusal = refusalIn(await answer.text());
  const reason = refusal?.message ?? `The server answered ${answer.status}. Try once more.`;
  throw new ShownError(`${name} could not be taken out: ${reason}`);
}

/** The server's own id of the file. */
export function idOf({ url }: Upload): string {
  return url?.slice(url.lastIndexOf('/') + 1) ?? '';
}

interface Refusal {
  code: ErrorCode;
  message: string;
}

/** No answer, an ended session, an offset or a lock that is not as expected, and what the server says will pass. */
function mayPass(error: Error): boolean {
  if (!(error instanceof DetailedError)) return false;
  const status = error.originalResponse?.getStatus() ?? 0;
  const refusal = refusalIn(bodyOf(error));
  if (refusal && refusal.code !== 'invalid' && refusal.code !== 'unauthorized')
    return errorCodes[refusal.code].kind === 'transient';
  return status === 0 || status === 401 || status === 409 || status === 423 || status === 429 || status >= 500;
}

function messageOf(error: Error): string {
  if (!(error instanceof DetailedError)) return `The file cannot be read any more (${error.message}). Choose it again.`;
  const refusal = refusalIn(bodyOf(error));
  if (refusal) return refusal.message;
  const status = error.originalResponse?.getStatus();
  if (status) return `The upload was refused (status ${status}).`;
  return 'The server cannot be reached. Check the connection, then go on.';
}

function bodyOf({ originalResponse }: DetailedError): string {
  return originalResponse?.getBody() ?? '';
}

/** What our server says, and not a proxy before it. */
function refusalIn(body: string): Refusal | undefined {
  const { code, message } = objectIn(body);
  return typeof code === 'string' && isErrorCode(code) && typeof message === 'string' ? { code, message } : undefined;
}

function objectIn(body: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}
