import { expect } from 'chai';
import { type StoredImportFile, selectFile } from '../../../db/queries/campaign-import-files.ts';
import { selectImport } from '../../../db/queries/campaign-imports.ts';
import { selectCampaign } from '../../../db/queries/campaigns.ts';
import { claimWork } from '../../../db/queries/work.ts';
import { newId, parseUuid } from '../../../db/uuid.ts';
import { campaignOf } from '../../../server/campaigns/campaigns.ts';
import { ConversationReader } from '../../../server/campaigns/finish/conversation.ts';
import { manualImportHandler } from '../../../server/campaigns/finish/handler.ts';
import { importFile } from '../../../server/campaigns/finish/import-file.ts';
import { eventually } from '../../harness/eventually.ts';
import { holdInteractions } from '../../harness/held-interactions.ts';
import { type Door, openDoor } from '../web/door.ts';
import { call, type Kit, openKit, type Uploaded } from './kit.ts';

describe('finishing a manual import that somebody else finishes or cancels, too', () => {
  let door: Door;
  let kit: Kit;
  beforeEach(async () => {
    door = await openDoor();
    kit = await openKit(door);
  });
  afterEach(() => door.close());

  const never = new AbortController().signal;
  const pool = () => door.services.database.pool;

  it('keeps the recording of a call that two attempts import at once, and calls it imported', async () => {
    const id = await kit.createImport();
    const file = await fileOf(await kit.upload(id, 'one.wav', call));
    const chosen = { ...file, interactionId: newId() };
    const reader = await readerOf(id);
    await Promise.all([1, 2].map(() => importFile(door.services, chosen, reader, never)));
    await requireImported(id, { name: 'one.wav' });
  });

  it('has ended with all its recordings before it says that one of them failed', async () => {
    const id = await kit.createImport();
    for (const name of ['a.wav', 'b.wav']) await kit.upload(id, name, call);
    const held = await holdInteractions(pool(), kit.account.id, ['a.wav', 'b.wav']);
    await kit.finish(id);
    const [work] = await claimWork(pool(), 'manual_import', { limit: 1, leaseSeconds: 600 });
    if (!work) throw new Error('Nothing is to be done.');
    let hasEnded = false;
    const running = manualImportHandler(door.services)
      .run(work, never)
      .then(
        () => 'done',
        () => 'failed',
      )
      .finally(() => {
        hasEnded = true;
      });
    const [first] = await eventually('both wait', async () => {
      const waiting = await held.whoWaits();
      return waiting.length === 2 && waiting;
    });
    await pool().query('KILL ?', [first]);
    await eventually('one has failed', async () => (await held.whoWaits()).length === 1);
    const endedBefore = hasEnded;
    await held.letGo();
    expect(await running).to.equal('failed');
    expect(endedBefore).to.equal(false);
    expect((await kit.importRow(id)).files).to.include({ imported: 1, uploaded: 1 });
  });

  it('keeps the recording of a call that was stored before its import was cancelled', async () => {
    const id = await kit.createImport();
    const uploaded = await kit.upload(id, 'kept.wav', call);
    await kit.upload(id, 'left.wav', call);
    const file = { ...(await fileOf(uploaded)), interactionId: newId() };
    await importFile(door.services, file, await readerOf(id), never);
    // As a program leaves it that dies between storing the call and noting that it has.
    await pool().query("UPDATE campaign_import_file SET state = 'uploaded', interaction_id = ? WHERE id = ?", [
      file.interactionId,
      file.id,
    ]);
    await pool().query("UPDATE campaign_import SET state = 'finishing' WHERE id = ?", [file.importId]);
    await kit.tell('cancelImport', { id });
    await kit.work();
    await requireImported(id, { name: 'kept.wav' });
    expect((await kit.importRow(id)).files).to.include({ imported: 1, cancelled: 1 });
  });

  async function requireImported(importId: string, { name }: { name: string }): Promise<void> {
    const [stored] = await kit.interactions();
    expect(stored?.externalId).to.equal(name);
    expect(await door.services.storage.size(stored?.row.storage_key)).to.equal(call.length);
    expect((await kit.importRow(importId)).files).to.include({ imported: 1, duplicate: 0, failed: 0 });
  }

  async function fileOf({ id }: Uploaded): Promise<StoredImportFile> {
    const found = await selectFile(pool(), kit.account.id, uuidOf(id));
    if (!found) throw new Error(`There is no upload ${id}.`);
    return found;
  }

  async function readerOf(importId: string): Promise<ConversationReader> {
    const found = await selectImport(pool(), kit.account.id, uuidOf(importId));
    const campaign = found && (await selectCampaign(pool(), kit.account.id, found.campaignUid));
    if (!campaign) throw new Error(`There is no import ${importId}.`);
    const { id, name, settings } = campaignOf(campaign);
    return new ConversationReader({
      campaign: { id, name, defaults: settings.defaults },
      settings: found.settings,
      timezone: found.timezone,
    });
  }
});

function uuidOf(text: string): Buffer {
  const id = parseUuid(text);
  if (!id) throw new Error(`${text} is no id.`);
  return id;
}
