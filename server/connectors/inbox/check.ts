import type { CheckStep, Direction } from '../../../shared/connector.ts';
import { AppError } from '../../../shared/error.ts';
import { type Told, tried } from '../check-steps.ts';
import type { ConnectorContext, InboxFolder } from '../connector.ts';
import type { InboxConfig } from './config.ts';
import { listItems, openFolder } from './source.ts';

const namesShown = 3;
const filesCounted = 10_000;

/** Whether senders can push to us, and what lies here. */
export async function* checkInbox(
  config: InboxConfig,
  _direction: Direction,
  context: ConnectorContext,
): AsyncGenerator<CheckStep> {
  let folder: InboxFolder | undefined;
  const reached = yield* tried('reach', async () => {
    folder = await openFolder(config, context);
    return serverTold(folder, config);
  });
  const opened = folder;
  if (reached && opened) yield* tried('list', () => filesTold(opened, config));
}

async function serverTold(folder: InboxFolder, { username }: InboxConfig): Promise<Told> {
  const { host, port, hostKey, isUp } = await folder.server();
  if (!isUp)
    throw new AppError(
      'host_unreachable',
      `No inbox server gives a sign of life. Start the product with the role "inbox" (CQA_ROLES) and see that ${port === 0 ? 'a port' : `port ${port}`} is free (CQA_INBOX_PORT); its log says why it could not listen.`,
    );
  const message = `The inbox server listens. Senders connect to ${host}, port ${port}, as ${username}; it shows the host key ${hostKey}.`;
  return { message, details: { inbox_host_key: hostKey } };
}

async function filesTold(folder: InboxFolder, config: InboxConfig): Promise<Told> {
  if (folder.readBy !== undefined)
    return { message: `What arrives here is read by the connector "${folder.readBy}", not by the inbox's own job.` };
  const first: string[] = [];
  let ready = 0;
  let waiting = 0;
  for await (const { key, readiness } of listItems(folder, config)) {
    if (readiness !== 'ready') waiting++;
    else if (++ready <= namesShown) first.push(key);
    if (ready + waiting >= filesCounted) break;
  }
  const found =
    ready === 0
      ? 'No file to import lies in the inbox now'
      : `${ready.toLocaleString('en')} ${ready === 1 ? 'file' : 'files'} to import: ${first.join(', ')}${ready > first.length ? ', …' : ''}`;
  const message = `${found}${waiting > 0 ? `; ${waiting.toLocaleString('en')} not complete yet` : ''}.`;
  return { message, details: { files: first, file_count: ready } };
}
