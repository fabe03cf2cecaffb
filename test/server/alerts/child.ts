import { noticeHandler } from '../../../server/alerts/notices.ts';
import { openMailer, type SesSettings } from '../../../server/email/mailer.ts';
import { openServices, type ServiceSettings } from '../../../server/services.ts';
import { serve } from '../../../server/worker/serve.ts';
import { failed, runEnds } from './alerting.ts';

/** A worker in a process of its own, to be killed: right after the commit of an end, or while it sends. */
interface Task {
  settings: ServiceSettings;
  ses: SesSettings;
  /** An execution that fails; without it the notices that wait are sent. */
  fails?: { accountId: number; jobId: number };
}

const { settings, ses, fails } = JSON.parse(process.argv[2] ?? '') as Task;
const services = await openServices(settings, { silentSeconds: 1 });
if (fails) {
  await runEnds(services, fails.accountId, fails.jobId, failed);
  process.kill(process.pid, 'SIGKILL');
}
serve(services, [noticeHandler(services, { mailer: openMailer({ emailFrom: 'alerts@cqa.example' }, ses) })], {
  pollMs: 50,
});
