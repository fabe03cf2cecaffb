import { threadId } from 'node:worker_threads';
import type { OpenHandlers } from '../../../../server/worker/lanes.ts';
import { ledgerHandler } from '../ledger.ts';

export const openHandlers: OpenHandlers = (services) => [ledgerHandler(services, { doer: `thread ${threadId}` })];
