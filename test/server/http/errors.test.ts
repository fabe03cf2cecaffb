import { Writable } from 'node:stream';
import { TRPCError } from '@trpc/server';
import { expect } from 'chai';
import { pino } from 'pino';
import { z } from 'zod';
import { errorBody, errorShape, logFailure, toAppError, trpcCode } from '../../../server/http/errors.ts';
import { AppError, type ErrorCode, errorCodes } from '../../../shared/error.ts';

const codes = Object.keys(errorCodes) as ErrorCode[];
const secret = 'Access denied for cqa@10.0.0.1';

describe('an error at a door', () => {
  for (const code of codes)
    it(`${code} answers its status, and the same at both kinds of door`, () => {
      const error = new AppError(code, 'What happened.', { field: 'config.host', cause: new Error(secret) });
      const shape = errorShape(error, 'abc');
      expect(shape.data).to.deep.equal({ ...errorBody(error, 'abc'), httpStatus: errorCodes[code].http });
      expect(shape.data).to.include({ code, field: 'config.host', trace_id: 'abc' });
      expect(JSON.stringify(shape)).not.to.contain(secret);
      if (errorCodes[code].http < 500) expect(trpcCode(code)).not.to.equal('INTERNAL_SERVER_ERROR');
    });

  const thrown: [string, unknown, ErrorCode, number][] = [
    ['a bug', new TypeError(secret), 'internal', 500],
    ['a thrown text', secret, 'internal', 500],
    ['nothing', undefined, 'internal', 500],
    ['a driver that failed', Object.assign(new Error(secret), { errno: 1045 }), 'internal', 500],
    ['a database that is away', Object.assign(new Error(secret), { fatal: true }), 'database_unavailable', 503],
    [
      'a database that is away inside a procedure',
      new TRPCError({
        code: 'INTERNAL_SERVER_ERROR',
        cause: Object.assign(new Error(secret), { code: 'ECONNREFUSED', fatal: true }),
      }),
      'database_unavailable',
      503,
    ],
    [
      'a bug inside a procedure',
      new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: new Error(secret) }),
      'internal',
      500,
    ],
    [
      'ours inside a procedure',
      new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: new AppError('conflict', 'Taken.') }),
      'conflict',
      409,
    ],
    ['an unknown procedure', new TRPCError({ code: 'NOT_FOUND' }), 'not_found', 404],
    ['JSON that is none', new TRPCError({ code: 'PARSE_ERROR' }), 'invalid', 400],
    ['a body too large', new TRPCError({ code: 'PAYLOAD_TOO_LARGE' }), 'invalid', 400],
    ['a wrong method', new TRPCError({ code: 'METHOD_NOT_SUPPORTED' }), 'invalid', 400],
    ['a file that is not there', Object.assign(new Error(secret), { status: 404 }), 'not_found', 404],
    ['a path that is none', Object.assign(new Error(secret), { status: 400 }), 'invalid', 400],
    ['a library that failed', Object.assign(new Error(secret), { status: 500 }), 'internal', 500],
  ];
  for (const [name, error, code, status] of thrown)
    it(`${name} is told as ${code} and gives nothing away`, () => {
      const shape = errorShape(error, 'abc');
      expect(shape.data).to.include({ code, httpStatus: status });
      expect(JSON.stringify(shape)).not.to.contain(secret);
    });

  it('of a form is told at its field', () => {
    const schema = z.object({ config: z.object({ host: z.string() }) });
    const error = toAppError(schema.safeParse({ config: {} }).error);
    expect(error).to.include({ code: 'invalid', field: 'config.host' });
  });

  it('that nobody foresaw says its number and nothing else', () => {
    const body = errorBody(toAppError(new Error(secret)), '0123abcd');
    expect(body.message).to.contain('0123abcd');
    expect(body.message).not.to.contain(secret);
  });
});

describe('the log', () => {
  function logged(thrown: unknown): { level: number; trace_id: string; where: string; err: { message: string } }[] {
    const lines: string[] = [];
    const sink = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    logFailure(pino({}, sink), thrown, { traceId: 'abc', where: 'jobs.list' });
    return lines.map((line) => JSON.parse(line));
  }

  it('has what nobody foresaw, with its number and cause', () => {
    const [line] = logged(new Error(secret));
    expect(line).to.include({ level: 50, trace_id: 'abc', where: 'jobs.list' });
    expect(line?.err.message).to.equal(secret);
  });

  it('has what will pass as a warning', () => {
    expect(logged(new AppError('database_unavailable', 'Away.'))[0]?.level).to.equal(40);
  });

  it("has nothing of a caller's own mistakes", () => {
    for (const code of ['invalid', 'unauthorized', 'not_found'] as const)
      expect(logged(new AppError(code, 'No.'))).to.deep.equal([]);
  });
});
