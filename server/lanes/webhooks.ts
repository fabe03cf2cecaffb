import { webhookHandler } from '../webhooks/send.ts';
import type { OpenHandlers } from '../worker/lane.ts';

export const openHandlers: OpenHandlers = (services) => [webhookHandler(services)];
