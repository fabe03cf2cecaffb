import './heap.ts';
import { hasAnyAccount } from '../db/queries/console-users.ts';
import { AppError } from '../shared/error.ts';
import { readConfig } from './config.ts';
import type { startInbox } from './inbox/start.ts';
import type { startScheduler } from './jobs/scheduler.ts';
import { openLog } from './log.ts';
import { type Opened, open } from './open.ts';
import type { Services } from './services.ts';
import type { startStreams } from './stream/start.ts';
import type { HttpServer } from './web/start.ts';
import { type Announcements, openAnnouncements } from './worker/announce/announcements.ts';
import type { Workers } from './worker/start.ts';

/** The program: its doors, its scheduler and its workers, as CQA_ROLES says, until a signal ends it. */
try {
  await run();
} catch (thrown) {
  const error = AppError.from(thrown, 'the start');
  openLog('info').fatal({ code: error.code, err: error.cause }, error.message);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const stopping = signalled();
  // Past a file size limit (ulimit -f) the kernel signals; handled, the write fails with EFBIG, which is told in words.
  process.on('SIGXFSZ', () => undefined);
  const config = readConfig(process.env);
  const log = openLog(config.logLevel);
  const opened = await open(config, { say: (line) => log.info(line) });
  const parts: Parts = {};
  try {
    await start(parts, opened);
    const signal = await stopping;
    log.info({ signal }, 'stopping');
  } finally {
    // Also after a start that failed half-way: what had begun would go on without its doors.
    await stop(parts);
    await opened.close();
  }
  log.info('stopped');
}

/** What runs so far. */
interface Parts {
  announcements?: Announcements;
  workers?: Workers;
  scheduler?: ReturnType<typeof startScheduler>;
  http?: HttpServer;
  inbox?: ReturnType<typeof startInbox>;
  streams?: ReturnType<typeof startStreams>;
}

/** A role is loaded where it is asked for alone, so that a worker has no console in memory; and all before any begins. */
async function start(parts: Parts, { services, settings }: Opened): Promise<void> {
  const { config, log } = services;
  const has = (role: (typeof config.roles)[number]) => config.roles.includes(role);
  const [lanes, scheduler, web, inbox, stream] = await Promise.all([
    has('worker') ? import('./lanes/start.ts') : undefined,
    has('scheduler') ? import('./jobs/scheduler.ts') : undefined,
    has('web') ? import('./web/start.ts') : undefined,
    has('inbox') ? import('./inbox/start.ts') : undefined,
    has('stream') ? import('./stream/start.ts') : undefined,
  ]);
  const announcements = openAnnouncements(services);
  parts.announcements = announcements;
  if (lanes) parts.workers = lanes.startWorkerRole(settings, services, { announcements });
  if (scheduler) parts.scheduler = scheduler.startScheduler(services);
  const wake = () => parts.workers?.wake();
  if (web) parts.http = await web.startHttp(services, { wake, port: config.port, host: config.host });
  if (inbox) parts.inbox = inbox.startInbox(settings, log, announcements.tell);
  if (stream) parts.streams = stream.startStreams(settings, services, announcements.tell);
  await parts.inbox?.began;
  await announce(services, parts.http?.url);
}

async function stop({ announcements, workers, scheduler, http, inbox, streams }: Parts): Promise<void> {
  await http?.close();
  await inbox?.stop();
  await streams?.stop();
  await scheduler?.stop();
  await Promise.all([workers?.stop(), announcements?.stop()]);
}

async function announce(services: Services, url: string | undefined): Promise<void> {
  const { log, config } = services;
  log.info({ url, roles: config.roles }, 'ready');
  if (url && !(await hasAnyAccount(services.database.pool)))
    log.info(`no account yet: open ${url} to make the first one`);
}

/** The first of these asks for an orderly end; a second one ends at once. */
function signalled(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal));
  });
}
