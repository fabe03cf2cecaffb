/**
 * Every failure that a person may see is an AppError. Its `kind` alone decides about retrying:
 * `config` is for somebody to mend (never retried by itself), `transient` passes (retried with back-off),
 * `system` is ours (retried a few times, then shown with a trace id).
 */
export type ErrorKind = 'config' | 'transient' | 'system';

interface CodeFacts {
  kind: ErrorKind;
  /** The HTTP status that a door answers with. */
  http: number;
}

export const errorCodes = {
  invalid: { kind: 'config', http: 400 },
  unauthorized: { kind: 'config', http: 401 },
  forbidden: { kind: 'config', http: 403 },
  console_disabled: { kind: 'config', http: 403 },
  not_found: { kind: 'config', http: 404 },
  conflict: { kind: 'config', http: 409 },
  rate_limited: { kind: 'transient', http: 429 },
  invalid_json: { kind: 'config', http: 400 },
  method_not_allowed: { kind: 'config', http: 405 },
  duplicate: { kind: 'config', http: 409 },
  idempotency_key_reused: { kind: 'config', http: 409 },
  idempotency_in_progress: { kind: 'transient', http: 409 },
  too_many_jobs: { kind: 'transient', http: 429 },
  conversation_cap_exceeded: { kind: 'config', http: 429 },

  host_unknown: { kind: 'config', http: 502 },
  host_unreachable: { kind: 'transient', http: 502 },
  host_refused: { kind: 'transient', http: 502 },
  host_timeout: { kind: 'transient', http: 504 },
  connection_lost: { kind: 'transient', http: 502 },
  egress_blocked: { kind: 'config', http: 403 },
  certificate_untrusted: { kind: 'config', http: 502 },
  host_key_unknown: { kind: 'config', http: 400 },
  host_key_changed: { kind: 'config', http: 400 },
  sign_in_refused: { kind: 'config', http: 400 },
  permission_denied: { kind: 'config', http: 400 },
  protocol_error: { kind: 'transient', http: 502 },

  path_missing: { kind: 'config', http: 400 },
  path_is_directory: { kind: 'config', http: 400 },
  path_outside: { kind: 'config', http: 400 },
  // The source knows the recording and will have it later.
  recording_not_yet: { kind: 'transient', http: 409 },
  quota_exceeded: { kind: 'config', http: 507 },
  not_audio: { kind: 'config', http: 422 },
  unsupported_audio: { kind: 'config', http: 422 },
  audio_too_large: { kind: 'config', http: 422 },
  not_transcript: { kind: 'config', http: 422 },
  unsupported_transcript: { kind: 'config', http: 422 },
  transcript_too_large: { kind: 'config', http: 422 },
  http_status: { kind: 'config', http: 502 },
  http_unavailable: { kind: 'transient', http: 502 },

  email_refused: { kind: 'config', http: 502 },

  missing_columns: { kind: 'config', http: 422 },
  too_many_rejected: { kind: 'config', http: 422 },
  item_changed: { kind: 'transient', http: 409 },

  storage_full: { kind: 'transient', http: 507 },
  // Somebody has to mend it, as a full disk; whose recording it is cannot, and must not lose it.
  storage_failed: { kind: 'transient', http: 503 },
  sealed_data_damaged: { kind: 'system', http: 500 },
  secret_key_wrong: { kind: 'config', http: 500 },

  database_unavailable: { kind: 'transient', http: 503 },
  database_in_use: { kind: 'config', http: 503 },
  database_failed: { kind: 'system', http: 500 },
  migration_changed: { kind: 'config', http: 500 },
  program_missing: { kind: 'config', http: 500 },
  setting_invalid: { kind: 'config', http: 500 },

  cancelled: { kind: 'config', http: 409 },
  lease_lost: { kind: 'transient', http: 409 },
  internal: { kind: 'system', http: 500 },
} satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof errorCodes;

export interface AppErrorOptions {
  /** What the log needs and the person does not. */
  cause?: unknown;
  /** The form field at fault, as a dotted path (`credential.password`). */
  field?: string;
  /** When it may go better: what is told to a program that would else try again at once. */
  retryAfterSeconds?: number | undefined;
}

/** A failure told in words: what happened, where, and what to do next. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.field = options.field;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get kind(): ErrorKind {
    return errorCodes[this.code].kind;
  }

  get httpStatus(): number {
    return errorCodes[this.code].http;
  }

  /** Anything thrown, as an AppError; what we did not foresee becomes `internal` with the original as its cause. */
  static from(thrown: unknown, where = 'the program'): AppError {
    if (thrown instanceof AppError) return thrown;
    return new AppError('internal', `Something went wrong inside ${where}. The log has the details.`, {
      cause: thrown,
    });
  }
}

/** What is kept of a failure in the database and shown in the console. */
export interface Failure {
  code: ErrorCode;
  message: string;
}
