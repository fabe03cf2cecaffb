import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '../../../shared/error.ts';
import { letBodyCome } from '../../http/continue.ts';
import { uploadPace } from '../../http/upload/limits.ts';
import { lingerAfterAnswer } from '../../http/upload/linger.ts';
import { watchPace } from '../../http/upload/pace.ts';
import { takeUploadSlot } from '../../http/upload/slots.ts';
import { sessionEnded } from '../../security/guards.ts';
import { findSession, type Session } from '../../security/sessions.ts';
import type { Services } from '../../services.ts';
import { requireCampaignRole } from '../access.ts';
import { announcedBy } from './announced.ts';
import { openUploadLocks, type UploadLocks } from './lock.ts';
import { ImportFileStore, type Writing } from './store.ts';

export const uploadsPath = '/campaign-uploads';
const tusVersion = '1.0.0';

interface UploadCall {
  store: ImportFileStore;
  session: Session;
  locks: UploadLocks;
  request: Request;
  response: Response;
}

/**
 * The tus protocol (1.0.0: creation, termination) for the files of manual imports, behind the console's bearer token.
 *
 *     POST /campaign-uploads  Upload-Length, Upload-Metadata   ▶ 201 Location
 *     HEAD /campaign-uploads/ID                                ▶ 200 Upload-Offset, Upload-Length
 *     PATCH …/ID  Upload-Offset, bytes                         ▶ 204 Upload-Offset
 *     DELETE …/ID                                              ▶ 204
 *
 * Written here and not with a library: the request's bytes go to the disk without passing through web streams, which
 * made three large uploads take 91 MB instead of 52, and every query knows whose it is.
 */
export function campaignUploads(services: Services): RequestHandler {
  const locks = openUploadLocks();
  return async (request, response) => {
    allowUploads(response);
    if (request.method === 'OPTIONS') return answerPreflight(response);
    try {
      const session = await sessionOf(services, request);
      requireCampaignRole(session);
      await answer({ store: new ImportFileStore(services, session), session, locks, request, response });
    } catch (error) {
      lingerAfterAnswer(request, response);
      throw error;
    }
  };
}

function answer(call: UploadCall): Promise<void> {
  const { request, response } = call;
  if (request.headers['tus-resumable'] !== tusVersion) {
    response.setHeader('Tus-Version', tusVersion);
    throw new AppError('invalid', `Tus-Resumable: ${tusVersion} is the protocol that is spoken here.`);
  }
  const id = /^\/([0-9a-f-]{36})$/i.exec(request.path)?.[1];
  if (request.method === 'POST' && request.path === '/') return create(call);
  if (request.method === 'HEAD' && id) return tell(call, id);
  if (request.method === 'PATCH' && id) return take(call, id);
  if (request.method === 'DELETE' && id) return remove(call, id);
  throw new AppError('not_found', 'There is no such upload.');
}

/** Announcing and sending are two requests: an announcement whose answer is lost is made again and finds its upload. */
async function create({ store, request, response }: UploadCall): Promise<void> {
  const { headers } = request;
  if (Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined)
    throw new AppError('invalid', 'Announce the file first, without a body; then send its bytes with PATCH.');
  const metadata = headers['upload-metadata'];
  const announced = announcedBy(Array.isArray(metadata) ? metadata.join(',') : metadata);
  const { id } = await store.create(announced, wholeNumber(request, 'upload-length'));
  response.status(201).setHeader('Location', `${uploadsPath}/${id}`).end();
}

/** Whoever writes it is asked to end first, so that the answer stays true. */
async function tell({ store, locks, response }: UploadCall, id: string): Promise<void> {
  const lock = await locks.take(id);
  try {
    const { offset, size } = await store.find(id);
    response.setHeader('Upload-Offset', String(offset));
    response.setHeader('Upload-Length', String(size));
    response.status(200).end();
  } finally {
    lock.free();
  }
}

async function take({ store, session, locks, request, response }: UploadCall, id: string): Promise<void> {
  if (request.headers['content-type'] !== 'application/offset+octet-stream')
    throw new AppError('invalid', 'Send the bytes as application/offset+octet-stream.');
  const offset = wholeNumber(request, 'upload-offset');
  const slot = takeUploadSlot(session.accountId);
  request.socket.once('close', slot.free);
  try {
    const lock = await locks.take(id);
    try {
      await store.find(id);
      letBodyCome(request);
      const received = await store.write(id, request, { offset, signal: lock.signal, watch: paceOf(request) });
      response.status(204).setHeader('Upload-Offset', String(received)).end();
    } finally {
      lock.free();
    }
  } finally {
    request.socket.off('close', slot.free);
    slot.free();
  }
}

async function remove({ store, locks, response }: UploadCall, id: string): Promise<void> {
  const lock = await locks.take(id);
  try {
    await store.remove(id);
    response.status(204).end();
  } finally {
    lock.free();
  }
}

async function sessionOf(services: Services, request: Request): Promise<Session> {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  const session = scheme?.toLowerCase() === 'bearer' && token ? await findSession(services, token) : undefined;
  if (!session) throw sessionEnded();
  return session;
}

function wholeNumber({ headers }: Request, name: string): number {
  const text = String(headers[name] ?? '');
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new AppError('invalid', `The header ${name} must be a whole number of bytes.`);
}

/** A client that sends nothing any more is let go; what it sent is kept. */
function paceOf(request: Request): Writing['watch'] {
  return ({ isReading, taken }) =>
    watchPace(request, uploadPace, { isReading, progress: taken, fail: () => request.socket.destroy() });
}

const exposed = 'Location, Upload-Offset, Upload-Length, Tus-Resumable, Tus-Version, Tus-Extension, X-Trace-Id';

/** Any origin may ask, as for the console's procedures: the token decides, and no cookie comes in. */
function allowUploads(response: Response): void {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Expose-Headers', exposed);
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Tus-Resumable', tusVersion);
}

function answerPreflight(response: Response): void {
  response.setHeader('Tus-Version', tusVersion);
  response.setHeader('Tus-Extension', 'creation,termination');
  response.setHeader('Access-Control-Allow-Methods', 'POST, HEAD, PATCH, DELETE');
  response.setHeader(
    'Access-Control-Allow-Headers',
    'authorization, content-type, tus-resumable, upload-length, upload-metadata, upload-offset',
  );
  response.setHeader('Access-Control-Max-Age', '600');
  response.status(204).end();
}
