import type { OpenHandlers } from '../../../../server/worker/lane.ts';

export const openHandlers: OpenHandlers = () => {
  throw new Error('this lane cannot be opened');
};
