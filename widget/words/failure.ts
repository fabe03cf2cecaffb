const traceAtEnd = / Trace id: ([0-9a-f][0-9a-f-]*)\.$/;

/**
 * What the server kept of a failure of its own work. A fault of the product ends with the id under which the server's log
 * has the rest of it: told apart, so that it can be copied.
 */
export function failureInWords(message: string): { message: string; traceId: string | undefined } {
  return { message: message.replace(traceAtEnd, ''), traceId: traceAtEnd.exec(message)?.[1] };
}
