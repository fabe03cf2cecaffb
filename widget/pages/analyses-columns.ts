import { html, type TemplateResult } from 'lit';
import type { AnalysesPage } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { score } from '../words/numbers.ts';
import { analysisWords, unanalysedWords } from '../words/status.ts';
import { clock } from '../words/time.ts';
import '../parts/score-bar.ts';
import '../parts/status.ts';
import '../parts/time.ts';

export type AnalysisRow = AnalysesPage['rows'][number];

/** A column of the Analysis List, under the name that a report knows it by. */
export interface ListColumn {
  name: string;
  title: string;
  kind?: 'number' | 'text';
  cell(row: AnalysisRow, app: AppContext): TemplateResult | string;
}

/** The one that leads to the interaction's page: always there, always first. */
export const firstColumn = 'external_interaction_id';

const none = html`<span class="soft">–</span>`;
const metadataPrefix = 'metadata.';
/** Stands in the list's own column of agents. */
const agentName = 'metadata.agent_name';

const ownColumns: readonly ListColumn[] = [
  {
    ...{ name: 'interaction_start_time', title: 'Time' },
    cell: (row, app) => html`<cqa-time .at=${row.occurred_at} .zone=${app.zone}></cqa-time>`,
  },
  { name: 'channel_type', title: 'Channel', cell: (row) => row.channel_type },
  {
    ...{ name: 'duration_seconds', title: 'Length', kind: 'number' },
    cell: (row) => (row.duration_seconds === null ? '–' : clock(row.duration_seconds)),
  },
  { name: 'agent_name', title: 'Agent', kind: 'text', cell: (row) => row.agent_name ?? none },
  { name: 'quality_profile', title: 'Quality profile', kind: 'text', cell: (row) => row.quality_profile ?? none },
  {
    ...{ name: 'status', title: 'Status' },
    cell: (row) =>
      html`<cqa-status .words=${analysisWords[row.analysis_status ?? row.interaction_status]}></cqa-status>`,
  },
  { name: 'percentage_score', title: 'Score', cell: outcome },
  { name: 'final_score', title: 'Points', kind: 'number', cell: (row) => score(row.final_score) },
  { name: 'max_score', title: 'Points at most', kind: 'number', cell: (row) => score(row.max_score) },
  {
    ...{ name: 'criticality_adjusted_score', title: 'Adjusted points', kind: 'number' },
    cell: (row) => score(row.criticality_adjusted_score),
  },
];

export const defaultListColumns = [
  'interaction_start_time',
  'channel_type',
  'duration_seconds',
  'agent_name',
  'quality_profile',
  'status',
  'percentage_score',
];

/** What a column is called, by its name: the list's own, and the metadata fields that there are. */
export function columnTitles(metadata: readonly { column: string; title: string }[]): Map<string, string> {
  return new Map([
    ...ownColumns.map(({ name, title }) => [name, title] as const),
    ...metadata.filter(({ column }) => column !== agentName).map(({ column, title }) => [column, title] as const),
  ]);
}

/** The columns of these names. A name that is no column any more is left out; a metadata field may come back. */
export function columnsOf(names: readonly string[], titles: ReadonlyMap<string, string>): ListColumn[] {
  return [...new Set(names)].flatMap((name) => {
    const own = ownColumns.find((column) => column.name === name);
    if (own) return [own];
    if (!isMetadataColumn(name)) return [];
    const key = name.slice(metadataPrefix.length);
    return [{ name, title: titles.get(name) ?? key, kind: 'text', cell: (row) => metadataCell(row, key) }];
  });
}

export function isMetadataColumn(name: string): boolean {
  return name.startsWith(metadataPrefix);
}

function metadataCell({ metadata }: AnalysisRow, key: string): TemplateResult | string {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  return value === undefined || value === null || value === '' ? none : String(value);
}

function outcome(row: AnalysisRow): TemplateResult {
  if (row.failure) return html`<span class="failure break" title=${row.failure.message}>${row.failure.message}</span>`;
  if (row.unanalysed_reason) return html`<span class="why">${unanalysedWords[row.unanalysed_reason]}</span>`;
  if (row.max_score === null) return none;
  return html`<cqa-score-bar
    .percent=${row.percentage_score}
    .label=${`${score(row.final_score)} of ${score(row.max_score)}`}
  ></cqa-score-bar>`;
}
