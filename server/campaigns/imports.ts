import { transaction } from '../../db/database.ts';
import {
  countFiles,
  insertImport,
  lockImport,
  moveImport,
  type StoredImport,
  selectImport,
} from '../../db/queries/campaign-imports.ts';
import { addWork } from '../../db/queries/work.ts';
import { newId } from '../../db/uuid.ts';
import type { ImportSettings } from '../../shared/campaign.ts';
import { AppError } from '../../shared/error.ts';
import { TimeReader } from '../rows/validate/time.ts';
import type { Session } from '../security/sessions.ts';
import type { Services } from '../services.ts';
import { maySee, requireCampaignFor } from './access.ts';

type Person = Pick<Session, 'accountId' | 'account' | 'user'>;

/** A new import, to which files can be uploaded. */
export async function createImport(
  services: Services,
  person: Person,
  { campaignId, settings }: { campaignId: string; settings: ImportSettings },
): Promise<Buffer> {
  requireTime(settings, person);
  const campaign = await requireCampaignFor(services, person, campaignId);
  const id = newId();
  const { accountId, user } = person;
  await insertImport(services.database.pool, {
    id,
    accountId,
    campaignId: campaign.rowId,
    settings,
    createdBy: user.email,
  });
  return id;
}

export interface Finishing {
  settings: ImportSettings;
  /** Files that are not complete are left out; otherwise they refuse the finishing. */
  withoutUnfinished: boolean;
}

/**
 * From now on nothing more is taken; a worker makes conversations of what is there. Again is as once. Throws `conflict`
 * when files are still on their way or when there is none.
 */
export async function finishImport(
  services: Services,
  person: Person,
  id: Buffer,
  { settings, withoutUnfinished }: Finishing,
): Promise<void> {
  requireTime(settings, person);
  await transaction(services.database.pool, async (connection) => {
    const found = requireSeen(person, await lockImport(connection, person.accountId, id));
    if (found.state === 'finishing' || found.state === 'done') return;
    if (found.state === 'cancelled') throw new AppError('cancelled', 'This import was cancelled. Start another one.');
    const counts = (await countFiles(connection, person.accountId, [id])).get(id.toString('hex'));
    const { uploading = 0 } = counts ?? {};
    const { uploaded = 0 } = counts?.byState ?? {};
    if (uploading > 0 && !withoutUnfinished)
      throw new AppError(
        'conflict',
        `${uploading === 1 ? 'A file is' : `${uploading} files are`} still being uploaded. Wait for the rest, or import without it.`,
      );
    if (uploaded === 0)
      throw new AppError('conflict', 'No recording is here yet that could be imported. Add some audio files first.');
    await moveImport(connection, found, ['open'], { state: 'finishing', settings, failure: null });
    await addWork(connection, [{ kind: 'manual_import', accountId: person.accountId, subject: id }]);
  });
}

/** What is imported stays; the rest is removed by a worker. Again is as once. Throws `conflict` for one that has ended. */
export async function cancelImport(services: Services, person: Person, id: Buffer): Promise<void> {
  await transaction(services.database.pool, async (connection) => {
    const found = requireSeen(person, await lockImport(connection, person.accountId, id));
    if (found.state === 'done')
      throw new AppError('conflict', 'This import has ended already; nothing is left to cancel.');
    if (!(await moveImport(connection, found, ['open', 'finishing'], { state: 'cancelled' }))) return;
    await addWork(connection, [{ kind: 'manual_import', accountId: person.accountId, subject: id }]);
  });
}

/** Throws `not_found`, also where the person may not see the campaign. */
export async function requireImport(services: Services, person: Person, id: Buffer): Promise<StoredImport> {
  return requireSeen(person, await selectImport(services.database.pool, person.accountId, id));
}

function requireSeen(person: Person, found: StoredImport | undefined): StoredImport {
  if (found && maySee(person, found.campaignUid.toString('hex'))) return found;
  throw new AppError('not_found', 'There is no such import. Go back to the campaign to see those that there are.');
}

function requireTime({ start_time: text }: ImportSettings, { account }: Person): void {
  if (!text || new TimeReader(account.timezone).read(text) !== undefined) return;
  throw new AppError('invalid', 'start_time: a date and time such as 2026-11-20T09:15 is expected.', {
    field: 'settings.start_time',
  });
}
