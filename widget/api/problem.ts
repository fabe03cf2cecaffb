import { TRPCClientError } from '@trpc/client';
import { failureInWords } from '../words/failure.ts';

/** A failure as the console shows it. */
export interface Problem {
  /** What happened, where, and what to do: already in words. */
  message: string;
  /** One of the server's error codes, or `offline` when no answer came at all. */
  code: string;
  /** The form field at fault, as a dotted path. */
  field: string | undefined;
  /** Found again in the server's log. */
  traceId: string | undefined;
}

/** A failure of the console itself whose message is ready for the person. */
export class ShownError extends Error {}

/** Any thrown thing, as a problem to show. Never throws itself. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof ShownError)
    return { message: thrown.message, code: 'shown', field: undefined, traceId: undefined };
  // fetch rejects with a TypeError when no answer came.
  if (thrown instanceof TypeError && /fetch|network|load failed/i.test(thrown.message)) return offline();
  if (!(thrown instanceof TRPCClientError)) return unforeseen(thrown);
  const data: unknown = thrown.data;
  if (isErrorBody(data)) return { message: thrown.message, code: data.code, field: data.field, traceId: data.trace_id };
  return offline();
}

/** What the server kept of a failure of its own work, as a problem to show: no form and no request belongs to it. */
export function problemOfFailure({ code, message }: { code: string; message: string }): Problem {
  return { ...failureInWords(message), code, field: undefined };
}

/** Somebody has changed meanwhile what a form was opened with. */
export function isOutdated({ code, field }: Problem): boolean {
  return code === 'conflict' && field === 'version';
}

/** The message as it stands at its field, where naming the field once more says nothing. */
export function messageAtField({ message, field }: Problem): string {
  return field !== undefined && message.startsWith(`${field}: `) ? message.slice(field.length + 2) : message;
}

interface ErrorBody {
  code: string;
  field?: string;
  trace_id?: string;
}

function isErrorBody(data: unknown): data is ErrorBody {
  return typeof data === 'object' && data !== null && 'code' in data && typeof data.code === 'string';
}

/** No answer that is ours: the network, a proxy, or a server that is starting. */
function offline(): Problem {
  const message = navigator.onLine
    ? 'The server did not answer. It may be starting again; try once more in a moment.'
    : 'This device is offline. Connect it again and try once more.';
  return { message, code: 'offline', field: undefined, traceId: undefined };
}

function unforeseen(thrown: unknown): Problem {
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    message: `The page itself failed: ${words}. Load it again; what is saved is safe.`,
    code: 'internal',
    field: undefined,
    traceId: undefined,
  };
}
