import { threadId } from 'node:worker_threads';
import type { OpenHandlers } from '../../../../server/worker/lane.ts';
import { ledgerHandler } from '../ledger.ts';

export const openHandlers: OpenHandlers = (services) => [ledgerHandler(services, { doer: `thread ${threadId}` })];
