import { html, nothing, type TemplateResult } from 'lit';
import { type ExecutionStatus, endStatuses } from '../../shared/execution.ts';
import type { OverviewRuns } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { withQuery } from '../app/routes.ts';
import { count, counted } from '../words/numbers.ts';
import { executionWords } from '../words/status.ts';
import '../parts/status.ts';

/** Today's and the week's runs by outcome; each figure leads to its runs. */
export function runsCard(app: AppContext, runs: OverviewRuns): TemplateResult {
  const shown = endStatuses.filter(
    (status) => status === 'success' || runs.today.runs[status] || runs.week.runs[status],
  );
  return html`<section class="card" aria-labelledby="runs">
    <div class="head">
      <h2 id="runs">Runs</h2>
      ${openRuns(app, runs.open)}
    </div>
    <div class="table-box">
      <table>
        <thead>
          <tr>
            <th scope="col">Outcome</th>
            <th scope="col" class="number">Today</th>
            <th scope="col" class="number">Last 7 days</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map((status) => outcomeRow(app, runs, status))} ${sumRow(app, runs)}
        </tbody>
      </table>
    </div>
    ${runs.is_counting ? html`<p class="soft small" role="status">The last days are being counted …</p>` : nothing}
  </section>`;
}

function openRuns(app: AppContext, open: OverviewRuns['open']): TemplateResult {
  const parts = (['processing', 'delivering', 'pending'] as const).filter((status) => open[status]);
  if (parts.length === 0) return html`<span class="soft small">Nothing runs now</span>`;
  return html`<span class="small"
    >Now:
    ${parts.map(
      (
        status,
        index,
      ) => html`${index > 0 ? ', ' : ''}<a data-page href=${app.href(withQuery('/executions', { status }))}
        >${count(open[status] ?? 0)} ${executionWords[status].word.toLowerCase()}</a
      >`,
    )}</span
  >`;
}

function outcomeRow(app: AppContext, { today, week }: OverviewRuns, status: ExecutionStatus): TemplateResult {
  return html`<tr>
    <th scope="row"><cqa-status .words=${executionWords[status]}></cqa-status></th>
    <td class="number">${figure(app, today.runs[status] ?? 0, { status, from: today.date })}</td>
    <td class="number">${figure(app, week.runs[status] ?? 0, { status, from: week.from })}</td>
  </tr>`;
}

function sumRow(app: AppContext, { today, week }: OverviewRuns): TemplateResult {
  return html`<tr class="sum">
    <th scope="row">All that ended</th>
    <td class="number">${figure(app, sumOf(today.runs), { from: today.date })}</td>
    <td class="number">${figure(app, sumOf(week.runs), { from: week.from })}</td>
  </tr>`;
}

function figure(app: AppContext, value: number, query: { status?: string; from: string }): TemplateResult {
  if (value === 0) return html`<span class="soft">0</span>`;
  const label = `${counted(value, 'run')}: show them`;
  return html`<a data-page href=${app.href(withQuery('/executions', query))} aria-label=${label}>${count(value)}</a>`;
}

export function sumOf(runs: OverviewRuns['today']['runs']): number {
  return Object.values(runs).reduce((sum, value) => sum + value, 0);
}
