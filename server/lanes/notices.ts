import { noticeHandler } from '../alerts/notices.ts';
import type { OpenHandlers } from '../worker/lane.ts';

export const openHandlers: OpenHandlers = (services) => [noticeHandler(services)];
