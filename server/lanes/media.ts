import { manualImportHandler } from '../campaigns/finish/handler.ts';
import { analyseHandler } from '../pipeline/analyse/analyse.ts';
import { leftoverHandler } from '../pipeline/receive/leftover.ts';
import { recordHandler } from '../pipeline/record.ts';
import type { OpenHandlers } from '../worker/lane.ts';

export const openHandlers: OpenHandlers = (services, { ffmpegPath }) => [
  recordHandler(services),
  analyseHandler(services, { ffmpegPath }),
  leftoverHandler(services),
  manualImportHandler(services),
];
