import type { CheckStep } from '../../shared/connector.ts';
import { AppError } from '../../shared/error.ts';

const titles = {
  reach: 'Reach the server',
  host_key: 'Compare the host key',
  sign_in: 'Sign in',
  list: 'Look for data',
  read: 'Read',
  recording: 'Fetch a recording',
  write: 'Write and remove a test file',
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
