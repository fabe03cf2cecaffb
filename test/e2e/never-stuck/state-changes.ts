import type { WorkKind } from '../../../db/queries/work.ts';
import type { Trap } from '../../harness/database-proxy.ts';
import { missingBucket } from './places.ts';
import { anExport, anImport, type Begin } from './subjects.ts';

/** One statement that changes a state, and what is begun to come to it. */
export interface StateChange {
  name: string;
  matches: Trap['matches'];
  begin: Begin;
  /** Whether the process that is about to make it holds a lease. */
  holdsLease: boolean;
}

const claimed = (kind: WorkKind): Trap['matches'] => {
  return (sql, earlier) => /^UPDATE work SET .*claim = claim \+ 1, attempts/.test(sql) && earlier.includes(`'${kind}'`);
};
const moved = (to: string): Trap['matches'] => {
  const statement = new RegExp(`^UPDATE execution SET \`?status\`? = '${to}'`);
  return (sql) => statement.test(sql);
};
const asks = (statement: RegExp): Trap['matches'] => {
  return (sql) => statement.test(sql);
};

const goodImport = anImport({ status: 'success' });
const analysedImport = anImport({ status: 'success', isUntilAnalysed: true });
const voiceImport = anImport({ status: 'success', channel: 'VOICE' });
const goodExport = anExport({ status: 'success', good: 1 });

const change = (name: string, matches: Trap['matches'], begin: Begin, { holdsLease = true } = {}): StateChange => {
  return { name, matches, begin, holdsLease };
};

export const stateChanges: StateChange[] = [
  change('an import is claimed', claimed('execute'), goodImport, { holdsLease: false }),
  change('an import: pending → processing', moved('processing'), goodImport),
  change('an import: rows are stored', asks(/^UPDATE source_item i LEFT JOIN execution/), goodImport),
  change('an import: an item is done', asks(/^UPDATE source_item SET state = 'done'/), goodImport),
  change('an import: processing → delivering', moved('delivering'), goodImport),
  change('an import: delivering → success', moved('success'), goodImport),
  change(
    'an import: delivering → success, no_data',
    moved('success'),
    anImport({ status: 'success', note: 'no_data', good: 0 }),
  ),
  change(
    'an import: delivering → partial_success',
    moved('partial_success'),
    anImport({ status: 'partial_success', broken: 1 }),
  ),
  change(
    'an import: processing → handler_failed',
    moved('handler_failed'),
    anImport({ status: 'handler_failed', bucket: missingBucket }),
  ),
  change(
    'an import: cancel requested → cancelled',
    moved('cancelled'),
    anImport({ status: 'cancelled', isCancelled: true }),
  ),
  change('an export: pending → processing', moved('processing'), goodExport),
  change('an export: the report is made', asks(/^INSERT INTO report_part/), goodExport),
  change('an export: processing → delivering', moved('delivering'), goodExport),
  change('an export: a file is delivered', asks(/^INSERT INTO delivery/), goodExport),
  change('an export: delivering → success', moved('success'), goodExport),
  change(
    'an export: delivering → partial_success',
    moved('partial_success'),
    anExport({ status: 'partial_success', good: 1, missing: 1 }),
  ),
  change(
    'an export: delivering → delivery_failed',
    moved('delivery_failed'),
    anExport({ status: 'delivery_failed', good: 0, missing: 1 }),
  ),
  change('a recording is claimed', claimed('record'), voiceImport, { holdsLease: false }),
  change('a recording: waiting → here', asks(/^UPDATE recording r\b/), voiceImport),
  change('an analysis is claimed', claimed('analyse'), analysedImport, { holdsLease: false }),
  change('an analysis: queued → completed', asks(/^INSERT INTO analysis /), analysedImport),
];
