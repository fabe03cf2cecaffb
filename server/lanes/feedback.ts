import { feedbackHandler } from '../feedback/handler.ts';
import type { OpenHandlers } from '../worker/lane.ts';

export const openHandlers: OpenHandlers = (services) => [feedbackHandler(services)];
