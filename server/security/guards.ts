import { AppError } from '../../shared/error.ts';
import type { Session } from './sessions.ts';

export function sessionEnded(): AppError {
  return new AppError('unauthorized', 'Your session has ended or there is none. Sign in again.');
}

/** Data Integration and Automation are for admins of accounts whose console is on. Throws what to do about it. */
export function requireAdminOfConsole({ user, account }: Session): void {
  if (!account.consoleEnabled)
    throw new AppError(
      'console_disabled',
      `Data Integration and Automation are not switched on for ${account.name}. Please ask your customer success manager to enable them.`,
    );
  if (user.role !== 'admin')
    throw new AppError('forbidden', 'Data Integration and Automation are for admins. Ask an admin of your account.');
}

export function requireAdmin({ user }: Session): void {
  if (user.role !== 'admin') throw new AppError('forbidden', 'This is for admins. Ask an admin of your account.');
}
