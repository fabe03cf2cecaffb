import type { OpenHandlers } from '../../../../server/worker/lanes.ts';

export const openHandlers: OpenHandlers = () => {
  throw new Error('this lane cannot be opened');
};
