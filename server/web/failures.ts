import type { ErrorRequestHandler, RequestHandler } from 'express';
import { AppError } from '../../shared/error.ts';
import { type ErrorBody, errorBody, logFailure, newTraceId, nothingHere, toAppError } from '../http/errors.ts';
import type { Services } from '../services.ts';

/** Gives every request the number by which its failure is found in the log. */
export const trace: RequestHandler = (_request, response, next) => {
  response.locals.traceId = newTraceId();
  response.setHeader('X-Trace-Id', response.locals.traceId);
  next();
};

export const noSuchDoor: RequestHandler = () => {
  throw new AppError('not_found', nothingHere);
};

/** Answers what any door has thrown. Paths are not logged: some of them are tickets. */
export function failures({ log }: Services): ErrorRequestHandler {
  return (thrown, request, response, next) => {
    const traceId = String(response.locals.traceId);
    const error = toAppError(thrown);
    logFailure(log, error, { traceId, where: `${request.method} ${doorOf(request.path)}` });
    if (response.headersSent) return next(thrown);
    const body = errorBody(error, traceId);
    response.status(error.httpStatus).setHeader('Cache-Control', 'no-store');
    response.removeHeader('Content-Disposition');
    if (request.accepts(['json', 'html']) === 'html') response.type('html').send(page(body));
    else response.json(body);
  };
}

/** `/m/…` and not the ticket. */
function doorOf(path: string): string {
  const [, first = '', ...rest] = path.split('/');
  return rest.length > 0 ? `/${first}/…` : `/${first}`;
}

/** For a person who followed a link. */
function page({ message, trace_id }: ErrorBody): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>CQA Data Integrations</title><h1>This did not work</h1><p>${escaped(message)}</p><p>Trace: ${trace_id}</p></html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
