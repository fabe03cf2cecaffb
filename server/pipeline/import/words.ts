import { type ItemRows, itemRows } from '../../../db/queries/source-sums.ts';
import type { ItemCounts } from '../../../shared/execution.ts';
import { counted, sized } from '../../words.ts';
import type { ImportRun } from './run.ts';

/** So many items are told one by one; of the others only what goes wrong. */
const itemsTold = 300;
/** So many that wait are named. */
const waitingTold = 20;

/** What an import says while it runs; each line names the file and what became of it. */
export class ImportWords {
  #items = 0;
  #waiting = 0;
  /** Rows that were left as they are, by the name of who brought them. */
  readonly #kept = new Map<string, number>();

  found({ run, connector }: Pick<ImportRun, 'run' | 'connector'>, { listed, unchanged, waiting }: ItemCounts) {
    const toRead = listed - unchanged - waiting;
    const parts = [
      `${toRead.toLocaleString('en')} to read`,
      ...(unchanged > 0 ? [`${unchanged.toLocaleString('en')} read before`] : []),
      ...(waiting > 0 ? [`${waiting.toLocaleString('en')} left for the next run`] : []),
    ];
    const found =
      listed === 0
        ? `Found nothing at ${connector.name}`
        : `Found ${counted(listed, 'item')} at ${connector.name}: ${parts.join(', ')}`;
    run.log('info', `${found}.`);
  }

  waits({ run }: Pick<ImportRun, 'run'>, items: readonly { key: string; reason: string }[]): void {
    for (const { key, reason } of items) {
      this.#waiting++;
      if (this.#waiting <= waitingTold) run.log('info', `${key} is left for the next run: ${reason}.`);
      if (this.#waiting === waitingTold + 1)
        run.log('info', 'More items are left for the next run; the list of them is below.');
    }
  }

  /** Rows of a chunk that was stored. */
  keep(kept: ReadonlyMap<string, number>): void {
    for (const [name, count] of kept) this.#kept.set(name, (this.#kept.get(name) ?? 0) + count);
  }

  /** Once all items were read. */
  kept({ run }: Pick<ImportRun, 'run'>): void {
    if (this.#kept.size > 0) run.log('warn', keptSentence(this.#kept));
  }

  /** `calls.csv (1.2 MB): 4,990 rows stored, 10 rows here before, 2 rejected (line 17: …).` */
  async read(
    { run }: Pick<ImportRun, 'run'>,
    { id, key, size }: { id: number; key: string; size: number | undefined },
    rejected: number,
  ) {
    this.#items++;
    if (this.#items === itemsTold + 1)
      run.log('info', 'From here on only the items are named with which something is wrong.');
    if (this.#items > itemsTold && rejected === 0) return;
    const rows = await itemRows(run.services.database.pool, run.accountId, id);
    run.log(
      rows.rejected > 0 ? 'warn' : 'info',
      `${key}${size === undefined ? '' : ` (${sized(size)})`}: ${rowsSentence(rows)}`,
    );
  }
}

/** Two connectors that bring the same ids: which one is meant is for whoever set them up to say. */
function keptSentence(kept: ReadonlyMap<string, number>): string {
  const rows = [...kept.values()].reduce((sum, count) => sum + count, 0);
  const by = [...kept].map(([name, count]) => (kept.size > 1 ? `${name} (${counted(count, 'row')})` : name)).join(', ');
  const differ = rows === 1 ? '1 row differs' : `${counted(rows, 'row')} differ`;
  return `${differ} from what is here and changed nothing: ${by} brought these interactions, and nobody else changes them. To have this connector change them, delete the other one.`;
}

/** What failed before and is put back: of so many interactions. */
export function fetchedAgain(interactions: number): string {
  return `Failed recordings or transcripts of ${counted(interactions, 'interaction')} are fetched again`;
}

/** What was here before, and the same, was not stored again. */
export function rowsSentence({ imported, updated, duplicate, rejected, firstRejected }: ItemRows): string {
  const stored = imported + updated;
  const detail =
    updated === 0 ? '' : ` (${imported.toLocaleString('en')} new, ${updated.toLocaleString('en')} updated)`;
  const first = firstRejected ? ` (line ${firstRejected.line}: ${withoutStop(firstRejected.reason)})` : '';
  const parts = [
    ...(stored > 0 || duplicate === 0 ? [`${counted(stored, 'row')} stored${detail}`] : []),
    ...(duplicate > 0 ? [`${counted(duplicate, 'row')} here before`] : []),
    ...(rejected > 0 ? [`${rejected.toLocaleString('en')} rejected${first}`] : []),
  ];
  return `${parts.join(', ')}.`;
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
