import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { AppContext } from '../app/context.ts';
import { isRowClick } from '../app/links.ts';
import type { AnalysisRow, ListColumn } from './analyses-columns.ts';

/**
 * The rows of the Analysis List with the chosen columns after the one that leads to the interaction. On a narrow page each
 * row is a card that names its columns itself.
 */
export function analysesTable(
  app: AppContext,
  rows: readonly AnalysisRow[],
  columns: readonly ListColumn[],
): TemplateResult {
  return html`<div class="table-box" role="region" aria-label="Analyses" tabindex="0">
    <table role="table">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader">Interaction</th>
          ${columns.map(
            ({ title, kind }) => html`<th role="columnheader" class=${kind === 'number' ? 'number' : ''}>${title}</th>`,
          )}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${repeat(
          rows,
          (row) => row.analysis_id ?? row.interaction_id,
          (row) => tableRow(app, row, columns),
        )}
      </tbody>
    </table>
  </div>`;
}

function tableRow(app: AppContext, row: AnalysisRow, columns: readonly ListColumn[]): TemplateResult {
  const address = `/interactions/${row.interaction_id}`;
  return html`<tr role="row" class="link" @click=${(event: Event) => isRowClick(event) && app.go(address)}>
    <td role="cell" class="strong break id">
      <a data-page href=${app.href(address)}>${row.external_interaction_id}</a>
    </td>
    ${columns.map(
      ({ name, title, kind, cell }) =>
        html`<td role="cell" class=${classOf(kind) || nothing} data-column=${name} data-title=${title}>
          ${cell(row, app)}
        </td>`,
    )}
  </tr>`;
}

function classOf(kind: ListColumn['kind']): string {
  return { number: 'number', text: 'break', plain: '' }[kind ?? 'plain'];
}
