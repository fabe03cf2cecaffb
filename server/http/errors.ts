import { randomBytes } from 'node:crypto';
import { TRPCError } from '@trpc/server';
import { type TRPC_ERROR_CODE_NUMBER, TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { z } from 'zod';
import { databaseError } from '../../db/failure.ts';
import { AppError, type ErrorCode, errorCodes } from '../../shared/error.ts';
import type { Log } from '../log.ts';
import { invalidInput } from '../parse-input.ts';

/** What every door answers when it refuses or fails. Nothing else of an error leaves the program. */
export interface ErrorBody {
  code: ErrorCode;
  message: string;
  /** The form field at fault, as a dotted path. */
  field?: string;
  /** Found again in the log. */
  trace_id: string;
}

/** The same for the console's procedures, with the HTTP status that goes with it. */
export interface ErrorShape {
  message: string;
  /** JSON-RPC's number for the kind of error; clients decide by it about reconnecting. */
  code: TRPC_ERROR_CODE_NUMBER;
  data: ErrorBody & { httpStatus: number };
}

export type TrpcCode = keyof typeof TRPC_ERROR_CODES_BY_KEY;

const trpcCodes: Record<number, TrpcCode> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_SUPPORTED',
  409: 'CONFLICT',
  422: 'UNPROCESSABLE_CONTENT',
  429: 'TOO_MANY_REQUESTS',
  500: 'INTERNAL_SERVER_ERROR',
  502: 'BAD_GATEWAY',
  503: 'SERVICE_UNAVAILABLE',
  504: 'GATEWAY_TIMEOUT',
  507: 'INTERNAL_SERVER_ERROR',
};

export const nothingHere = 'There is nothing at this address.';

export function newTraceId(): string {
  return randomBytes(8).toString('hex');
}

/** Whatever was thrown behind a door, as the AppError that its caller is told about. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof z.ZodError) return invalidInput(thrown);
  if (thrown instanceof TRPCError) return fromTrpc(thrown);
  return databaseError(thrown) ?? fromHttpLibrary(thrown) ?? AppError.from(thrown);
}

const refusedByTrpc: Partial<Record<TrpcCode, { code: ErrorCode; message: string }>> = {
  NOT_FOUND: {
    code: 'not_found',
    message: 'There is no such procedure. Load the page again to get the newest console.',
  },
  PARSE_ERROR: { code: 'invalid', message: 'The request is no readable JSON.' },
  BAD_REQUEST: { code: 'invalid', message: 'The request is not what this procedure expects.' },
  METHOD_NOT_SUPPORTED: { code: 'invalid', message: 'Queries are sent with GET, mutations with POST.' },
  UNSUPPORTED_MEDIA_TYPE: { code: 'invalid', message: 'Send JSON, with content-type application/json.' },
  PAYLOAD_TOO_LARGE: { code: 'invalid', message: 'The request is larger than the console accepts.' },
};

function fromTrpc(error: TRPCError): AppError {
  if (error.cause instanceof AppError || error.cause instanceof z.ZodError) return toAppError(error.cause);
  const refused = refusedByTrpc[error.code];
  if (refused) return new AppError(refused.code, refused.message, { cause: error });
  return databaseError(error.cause) ?? AppError.from(error.cause ?? error);
}

/** Express and its parsers throw errors that carry a status; those below 500 are the caller's. */
function fromHttpLibrary(thrown: unknown): AppError | undefined {
  const status = (thrown as { status?: unknown } | null)?.status;
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  if (status === 404) return new AppError('not_found', nothingHere, { cause: thrown });
  const words = status === 413 ? 'The request is larger than is accepted here.' : 'The request cannot be read.';
  return new AppError('invalid', words, { cause: thrown });
}

export function errorBody(error: AppError, traceId: string): ErrorBody {
  const { code, field } = error;
  return { code, message: toldMessage(error, traceId), ...(field ? { field } : {}), trace_id: traceId };
}

function toldMessage({ code, message }: AppError, traceId: string): string {
  if (code === 'internal')
    return `Something went wrong on our side. Tell the people who run this installation this number: ${traceId}.`;
  // Its own words are for work that is tried again by itself; what a person asked for is not.
  if (code === 'database_unavailable') return 'The database does not answer at the moment. Try again in a few seconds.';
  return message;
}

export function errorShape(thrown: unknown, traceId: string): ErrorShape {
  const error = toAppError(thrown);
  const body = errorBody(error, traceId);
  return {
    message: body.message,
    code: TRPC_ERROR_CODES_BY_KEY[trpcCode(error.code)],
    data: { ...body, httpStatus: error.httpStatus },
  };
}

export function trpcCode(code: ErrorCode): TrpcCode {
  return trpcCodes[errorCodes[code].http] ?? 'INTERNAL_SERVER_ERROR';
}

/** What the caller did wrong is not ours to log; what passes is a warning; what is ours is an error. */
export function logFailure(log: Log, thrown: unknown, facts: { traceId: string; where: string }): void {
  const error = toAppError(thrown);
  if (error.kind === 'config') return;
  const line = { trace_id: facts.traceId, where: facts.where, code: error.code, err: error.cause ?? error };
  if (error.kind === 'transient') log.warn(line, error.message);
  else log.error(line, error.message);
}
