import { feedbackHandler } from '../../feedback/handler.ts';
import type { OpenHandlers } from '../lanes.ts';

export const openHandlers: OpenHandlers = (services) => [feedbackHandler(services)];
