import { recordHandler } from '../../server/pipeline/record.ts';
import type { OpenHandlers } from '../../server/worker/lane.ts';

/** The media lane without the analyses, which the peer does not make. */
export const openHandlers: OpenHandlers = (services) => [recordHandler(services)];
