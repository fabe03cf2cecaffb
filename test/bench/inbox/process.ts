import '../../../server/heap.ts';
import { startInbox } from '../../../server/inbox/start.ts';
import { openLog } from '../../../server/log.ts';
import type { ServiceSettings } from '../../../server/services.ts';

/** The inbox as the product runs it, in a process that does nothing else. */
const settings = JSON.parse(process.argv[2] ?? '') as ServiceSettings;
const inbox = startInbox(settings, openLog('warn'), () => undefined);
process.once('SIGTERM', () => void inbox.stop().then(() => process.exit(0)));
