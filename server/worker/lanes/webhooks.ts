import { webhookHandler } from '../../webhooks/send.ts';
import type { OpenHandlers } from '../lanes.ts';

export const openHandlers: OpenHandlers = (services) => [webhookHandler(services)];
