import { attributeHandler } from '../pipeline/attributes.ts';
import type { OpenHandlers } from '../worker/lane.ts';

export const openHandlers: OpenHandlers = (services) => [attributeHandler(services)];
