import type { CheckStep } from '../../shared/connector.ts';
import { AppError, type ErrorCode } from '../../shared/error.ts';

const titles = {
  reach: 'Reach the server',
  host_key: 'Compare the host key',
  sign_in: 'Sign in',
  list: 'Look for data',
  read: 'Read',
  voice_log: 'Sign in to the voice log',
  recording: 'Fetch a recording',
  write: 'Write and remove a test file',
  topic_read: 'Read the topic',
  group: 'Join the consumer group',
  topic_write: 'Write to the results topic',
  recordings: 'Reach the recordings',
  mail: 'Send a test mail',
  links: 'Links in the mails',
} satisfies Record<CheckStep['name'], string>;

/** What a step that worked has to tell. */
export interface Told {
  message: string;
  details?: NonNullable<CheckStep['details']>;
}

/** One step: what `act` tells, or how it failed. Returns undefined where it failed; a check then ends. */
export async function* tried(
  name: CheckStep['name'],
  act: () => Promise<Told>,
): AsyncGenerator<CheckStep, Told | undefined> {
  try {
    const told = await act();
    yield passed(name, told.message, told.details);
    return told;
  } catch (error) {
    yield failed(name, AppError.from(error));
    return undefined;
  }
}

export function passed(name: CheckStep['name'], message: string, details?: CheckStep['details']): CheckStep {
  return { name, title: titles[name], ok: true, message, ...(details ? { details } : {}) };
}

export function failed(
  name: CheckStep['name'],
  { code, message, field }: AppError,
  details?: CheckStep['details'],
): CheckStep {
  return {
    name,
    title: titles[name],
    ok: false,
    message,
    details: { ...details, code, ...(field ? { field } : {}) },
  };
}

/** What a request fails with where it came to no answer of the system that was meant. */
export const notReached: readonly ErrorCode[] = [
  'host_unknown',
  'host_unreachable',
  'host_refused',
  'host_timeout',
  'egress_blocked',
  'certificate_untrusted',
  'connection_lost',
  'protocol_error',
  'http_unavailable',
  'cancelled',
];

/** What is told of the steps that one attempt goes through. */
export interface ConnectionTold {
  reached: string;
  reachedDetails?: CheckStep['details'];
  signedIn: string;
  /** Failures that are about signing in: `sign_in_refused` and `permission_denied` where nothing is said. */
  notSignedIn?: readonly ErrorCode[];
  /** The step that any other failure belongs to. */
  otherwise?: 'sign_in' | 'list';
}

/** One attempt reaches, signs in and asks; what it failed with says how far it came. Returns whether it did not fail. */
export function* connectionSteps(
  failure: AppError | undefined,
  {
    reached,
    reachedDetails,
    signedIn,
    notSignedIn = ['sign_in_refused', 'permission_denied'],
    otherwise = 'list',
  }: ConnectionTold,
): Generator<CheckStep, boolean> {
  const step = failure && stepOf(failure, notSignedIn, otherwise);
  if (step !== 'reach') yield passed('reach', reached, reachedDetails);
  if (step !== 'reach' && step !== 'sign_in') yield passed('sign_in', signedIn);
  if (failure && step) yield failed(step, failure);
  return failure === undefined;
}

function stepOf({ code }: AppError, notSignedIn: readonly ErrorCode[], otherwise: 'sign_in' | 'list') {
  if (notReached.includes(code)) return 'reach';
  return notSignedIn.includes(code) ? 'sign_in' : otherwise;
}
