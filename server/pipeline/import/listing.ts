import { ledgerStanding } from '../../../db/queries/source-ledger.ts';
import { expectListing } from '../../../db/queries/unlisted-items.ts';
import type { ListRequest, SourceItem } from '../../connectors/connector.ts';
import { requireHeld } from '../../worker/fenced.ts';
import { compareListing } from '../fetch/listing.ts';
import { ledgerVersionFor } from '../fetch/versions.ts';
import { countsOf, type ImportRun, showProgress } from './run.ts';
import { endUnlisted } from './unlisted.ts';

/** Lists what the source has and takes what is new; see compareListing(). What was listed before and is gone ends. */
export async function listItems(current: ImportRun): Promise<void> {
  const { run, place, source, listing, waiting, reader, bytes, words } = current;
  const { pool } = run.services.database;
  const session = await source.session();
  await waiting.begin();
  await expectListing(pool, reader);
  const request: ListRequest = { ...(run.range && { range: run.range }), ...(await ledgerStanding(pool, place)) };
  const listed = watched(current, session.list(request));
  await compareListing(pool, place, run.id, listed, {
    signal: run.signal,
    ledgerVersion: ledgerVersionFor(run),
    async hold(connection) {
      await requireHeld(connection, run.work);
    },
    async onWaiting(items) {
      words.waits(current, items);
      await waiting.add(items);
    },
    async onProgress(counts) {
      Object.assign(listing, counts);
      await showProgress(current);
    },
  });
  await endUnlisted(current);
  await showProgress(current, { now: true });
  await bytes.begin();
  const { items } = await countsOf(run, listing);
  words.found(current, items);
}

/** Those within the range of a backfill, by their time of change where they have one; notes when each was listed. */
async function* watched(current: ImportRun, items: AsyncIterable<SourceItem>): AsyncGenerator<SourceItem> {
  const { range } = current.run;
  for await (const item of items) {
    if (range && !isWithin(range, item.modifiedAt)) continue;
    current.listedAtMs = performance.now();
    yield item;
  }
}

function isWithin({ from, to }: { from: Date; to: Date }, modifiedAt: Date | undefined): boolean {
  return modifiedAt === undefined || (modifiedAt >= from && modifiedAt < to);
}
