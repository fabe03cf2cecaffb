import './heap.ts';
import { hasAnyAccount } from '../db/queries/console-users.ts';
import { AppError } from '../shared/error.ts';
import { readConfig } from './config.ts';
import { startHttp } from './http/start.ts';
import { startInbox } from './inbox/start.ts';
import { startScheduler } from './jobs/scheduler.ts';
import { openLog } from './log.ts';
import { open } from './open.ts';
import type { Services } from './services.ts';
import { startStreams } from './stream/start.ts';
import { openAnnouncements } from './worker/announce/announcements.ts';
import { startWorkers } from './worker/start.ts';

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
  const { services, settings } = opened;
  const has = (role: (typeof config.roles)[number]) => config.roles.includes(role);

  const announcements = openAnnouncements(services);
  const workers = has('worker') ? startWorkers(settings, services, { announcements }) : undefined;
  const scheduler = has('scheduler') ? startScheduler(services) : undefined;
  const wake = () => workers?.wake();
  const http = has('web') ? await startHttp(services, { wake, port: config.port, host: config.host }) : undefined;
  const inbox = has('inbox') ? startInbox(settings, log, announcements.tell) : undefined;
  const streams = has('stream') ? startStreams(settings, services, announcements.tell) : undefined;
  await inbox?.began;
  await announce(services, http?.url);

  const signal = await stopping;
  log.info({ signal }, 'stopping');
  await http?.close();
  await inbox?.stop();
  await streams?.stop();
  await scheduler?.stop();
  await Promise.all([workers?.stop(), announcements.stop()]);
  await opened.close();
  log.info('stopped');
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
