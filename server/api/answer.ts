import type { Response } from 'express';
import { databaseError } from '../../db/failure.ts';
import type { AppError } from '../../shared/error.ts';
import { toAppError } from '../http/errors.ts';
import { type ApiCode, apiCodeOf, apiCodes } from './codes.ts';

export interface Failure {
  status: number;
  code: ApiCode;
  message: string;
}

/** Whatever was thrown, as an AppError; a database that is away is `database_unavailable`. */
export function apiError(thrown: unknown): AppError {
  return databaseError(thrown) ?? toAppError(thrown);
}

/** What the caller is told. Of what went wrong on our side only that it did, and the number to find it by. */
export function failureOf(error: AppError, requestId: string): Failure {
  const code = apiCodeOf(error);
  const status = apiCodes[code];
  if (code === 'SERVICE_UNAVAILABLE')
    return {
      status,
      code,
      message: 'This service cannot take the call at the moment. Send it again in a few seconds.',
    };
  if (code === 'INTERNAL_ERROR')
    return {
      status,
      code,
      message: `Something went wrong on our side. Send the call again; if it goes on, tell the people who run this installation the number ${requestId}.`,
    };
  return { status, code, message: error.message };
}

/** The envelope of a success. */
export function successText(status: number, requestId: string, answer: { message?: string; data: unknown }): string {
  const { message, data } = answer;
  return JSON.stringify({ status, request_id: requestId, ...(message === undefined ? {} : { message }), data });
}

/** The envelope of a failure: `error` holds the code alone. */
export function failureText({ status, code, message }: Failure, requestId: string): string {
  return JSON.stringify({ status, request_id: requestId, message, error: { code } });
}

/** Written without Express's own ways, which would look at the request again for each answer. */
export function sendJson(response: Response, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}
