import type { Request, RequestHandler, Response } from 'express';
import { requireRecording, requireReportPartById, type StoredFile } from '../../db/queries/console-files.ts';
import { parseUuid } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import { sniffLength } from '../analysis/media/sniff.ts';
import { scopeOf } from '../console/analyses/scope.ts';
import { sendFile } from '../http/file.ts';
import { mediaType } from '../http/media-type.ts';
import { requireAdminOfConsole } from '../security/guards.ts';
import { type Session, useSession } from '../security/sessions.ts';
import { openReportLink, openTicket, type Ticket } from '../security/tickets.ts';
import type { Services } from '../services.ts';
import { sendRejectedRows } from './rejected-rows.ts';

/** GET /m/{ticket}: a recording for the player, or rejected rows to save, while the session of its ticket lives. */
export function media(services: Services): RequestHandler {
  return async (request, response) => {
    const ticket = openTicket(services.keyring, String(request.params.ticket));
    const session = await useSession(services, ticket.tokenHash);
    if (session?.accountId !== ticket.accountId)
      throw new AppError('unauthorized', 'The session that this address belongs to has ended. Sign in again.');
    if (ticket.kind === 'recording') return sendRecording(services, session, ticket, request, response);
    requireAdminOfConsole(session);
    await sendRejectedRows(services, ticket, response);
  };
}

/** GET /d/{token}: a report by a link from the history or a mail, for seven days. */
export function reportDownload(services: Services): RequestHandler {
  return async (request, response) => {
    const link = openReportLink(services.keyring, String(request.params.token));
    const part = await requireReportPartById(services.database.pool, link.accountId, link.partId);
    response.attachment(part.fileName);
    await sendFile(request, response, services.storage, part.storageKey);
  };
}

type RecordingTicket = Extract<Ticket, { kind: 'recording' }>;

async function sendRecording(
  services: Services,
  session: Session,
  ticket: RecordingTicket,
  request: Request,
  response: Response,
): Promise<void> {
  const id = parseUuid(ticket.interactionId) ?? Buffer.alloc(16);
  const { pool } = services.database;
  const file = await requireRecording(pool, session.accountId, scopeOf(session), id, ticket.position);
  const { type, extension } = mediaType(await firstBytes(services, file));
  response.setHeader('Content-Disposition', `inline; filename="${file.fileName}.${extension}"`);
  response.setHeader('Content-Type', type);
  await sendFile(request, response, services.storage, file.storageKey);
}

async function firstBytes({ storage }: Services, { storageKey }: StoredFile): Promise<Buffer> {
  const size = await storage.size(storageKey);
  if (size === 0) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  const end = Math.min(size, sniffLength) - 1;
  for await (const chunk of await storage.read(storageKey, { start: 0, end })) chunks.push(chunk);
  return Buffer.concat(chunks);
}
