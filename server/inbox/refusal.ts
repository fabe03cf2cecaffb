import { type StatusCode, status } from './protocol/constants.ts';

/** What is answered to a client instead of what it asked for: a status of the protocol, and words. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: StatusCode;

  constructor(code: StatusCode, message: string) {
    super(message);
    this.status = code;
  }

  static denied(message: string): Refusal {
    return new Refusal(status.permissionDenied, message);
  }

  static missing(path: string): Refusal {
    return new Refusal(status.noSuchFile, `There is no /${path} here.`);
  }

  static failed(message: string): Refusal {
    return new Refusal(status.failure, message);
  }
}
