import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { hasEnded } from '../../shared/execution.ts';
import type { ExecutionsPage } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { isRowClick } from '../app/links.ts';
import { PagedList } from '../app/paged-list.ts';
import { isOtherQuery } from '../app/routes.ts';
import { showMore } from '../parts/show-more.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { rowBlocks } from '../style/row-blocks.ts';
import {
  countsInWords,
  isDayOfStream,
  itemsInWords,
  noNewData,
  noteInWords,
  ongoing,
  tookMs,
} from '../words/execution.ts';
import { counted } from '../words/numbers.ts';
import { executionWords, jobTypeWords, typeAndConnectors } from '../words/status.ts';
import { dayInZone, duration, isPast } from '../words/time.ts';
import { type ExecutionFilter, filterOf, isReversed, requestOf } from './execution-filter.ts';
import { executionsStyles } from './executions.styles.ts';
import './executions-filters.ts';
import '../parts/download.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import '../parts/time.ts';

type Row = ExecutionsPage['rows'][number];

/** Execution History: every run, newest first. Filters stand in the address, so that a link shows the same. */
@customElement('cqa-executions')
export class ExecutionsElement extends LitElement {
  static override styles = [base, controls, tables, rowBlocks, executionsStyles];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false, hasChanged: isOtherQuery }) query = new URLSearchParams();
  private readonly list = new PagedList<Row>(
    this,
    async (cursor, signal) => {
      const { app, filter } = this;
      if (isReversed(filter)) return { rows: [], next_cursor: null };
      return app?.api.executions.list.query({ ...requestOf(filter), cursor }, { signal });
    },
    (row) => row.execution_id,
  );

  private get filter(): ExecutionFilter {
    return filterOf(this.query);
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !(changed.has('app') || changed.has('query'))) return;
    this.list.clear();
    this.list.first.follow(this.app.changes, ['executions']);
  }

  private renderCounts(row: Row): TemplateResult {
    const counts = countsInWords(row.counts, isDayOfStream(row) ? 'no events' : 'no rows');
    const items = row.items && !isDayOfStream(row) ? itemsInWords(row.items) : '';
    const note = noteInWords(row.note ?? '', counts, items, isDayOfStream(row) ? noNewData : '');
    return html`${counts}
    ${items ? html`<br /><span class="soft">Items: ${items}</span>` : nothing}
    ${note ? html`<br /><span class="note break">${note}</span>` : nothing}
    ${row.error ? html`<div class="failure break" title=${row.error.message}>${row.error.message}</div>` : nothing}`;
  }

  private renderStart(app: AppContext, row: Row): TemplateResult {
    if (isDayOfStream(row))
      return html`<span class="day">${dayInZone(row.due_at ?? row.created_at, app.zone)}</span><br />
        <span class="soft small">Continuous</span>`;
    return html`<cqa-time .at=${row.started_at ?? row.created_at} .zone=${app.zone}></cqa-time>`;
  }

  private renderDuration(row: Row): TemplateResult | string {
    if (isDayOfStream(row) && !hasEnded(row.status)) return html`<span class="soft">${ongoing}</span>`;
    const took = tookMs(row.started_at, row.ended_at, Date.now());
    return took === undefined ? '–' : duration(took);
  }

  private renderRow(app: AppContext, row: Row): TemplateResult {
    const address = `/executions/${row.execution_id}`;
    return html`<tr class="link" role="row" @click=${(event: Event) => isRowClick(event) && app.go(address)}>
      <td role="cell" class="job break" data-minor=${typeAndConnectors(row.job_name, row)}>
        <a class="strong" data-page href=${app.href(address)}>${row.job_name}</a>
        ${beside(row).map((words) => html`<br /><span class="soft small">${words}</span>`)}
      </td>
      <td role="cell" class="minor">${jobTypeWords[row.type]}</td>
      <td role="cell" class="minor break">${row.connectors.join(', ')}</td>
      <td role="cell" class="started">${this.renderStart(app, row)}</td>
      <td role="cell" class="status"><cqa-status .words=${executionWords[row.status]}></cqa-status></td>
      <td role="cell" class="result">${this.renderCounts(row)}</td>
      <td role="cell" class="number duration">${this.renderDuration(row)}</td>
      <td role="cell" class="actions">${this.renderReport(app, row)}</td>
    </tr>`;
  }

  /** A report of one part is downloaded here; one of several leads to its parts. */
  private renderReport(app: AppContext, row: Row): TemplateResult | typeof nothing {
    const { counts, execution_id: id, downloadable_until: until } = row;
    const parts = 'parts' in counts ? counts.parts : 0;
    if (parts === 0 || until === null) return nothing;
    const isOver = isPast(until, Date.now());
    const hint = isOver
      ? html`<span class="soft small">Link expired</span>`
      : html`<span class="soft small until">until ${dayInZone(until, app.zone)}</span>`;
    if (parts > 1)
      return html`<a class="button small" data-page href=${app.href(`/executions/${id}`)}>${parts} parts</a><br />${hint}`;
    if (isOver) return hint;
    return html`<cqa-download .app=${app} .executionId=${id} .number=${1} label="Report"></cqa-download>${hint}`;
  }

  private renderTable(app: AppContext, rows: readonly Row[]): TemplateResult {
    return html`<div class="table-box" role="region" aria-label="Executions" tabindex="0">
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader">Job</th>
            <th role="columnheader" class="minor">Type</th>
            <th role="columnheader" class="minor">Connector</th>
            <th role="columnheader">Started</th>
            <th role="columnheader">Status</th>
            <th role="columnheader">Result</th>
            <th role="columnheader" class="number">Duration</th>
            <th role="columnheader" class="actions"><span class="visually-hidden">Report</span></th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${repeat(
            rows,
            (row) => row.execution_id,
            (row) => this.renderRow(app, row),
          )}
        </tbody>
      </table>
    </div>`;
  }

  private renderEmpty(app: AppContext): TemplateResult {
    if (this.query.size > 0)
      return html`<cqa-empty icon="search" heading="No execution matches">
        Take a filter away to see more.
        <button slot="action" class="button" @click=${() => app.go('/executions', 'replace')}>Show all</button>
      </cqa-empty>`;
    return html`<cqa-empty icon="history" heading="Nothing has run yet">
      Every run of a job will stand here with its counts, its outcome and what was rejected. Start one by hand with
      &#9654; on Jobs &amp; Pipelines, or wait for its schedule.
      <a slot="action" class="button primary" data-page href=${app.href('/jobs')}>Go to Jobs &amp; Pipelines</a>
    </cqa-empty>`;
  }

  private renderList(app: AppContext): TemplateResult {
    const { rows, problem, first } = this.list;
    if (!rows && problem)
      return html`<cqa-problem what="The history could not be loaded" .problem=${problem} .again=${first.load}></cqa-problem>`;
    if (!rows) return html`<cqa-loading lines="4" label="Loading the history"></cqa-loading>`;
    if (rows.length === 0) return this.renderEmpty(app);
    return html`<cqa-problem .problem=${problem} .again=${first.load}></cqa-problem>
      ${this.renderTable(app, rows)}
      ${showMore(this.list)}`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { rows, hasMore } = this.list;
    return html`<cqa-executions-filters .app=${app} .filter=${this.filter}></cqa-executions-filters>
      <p role="status" class="visually-hidden">
        ${rows ? `${counted(rows.length, 'execution')} shown${hasMore ? ', there are older ones' : ''}` : ''}
      </p>
      ${this.renderList(app)}`;
  }
}

/** What is said below the name: what has no job is named as that. */
function beside({ is_on_demand: isOnDemand, trigger, triggered_by: by }: Row): string[] {
  return [
    ...(isOnDemand ? [`From the Analysis List${trigger === 'manual' && by !== null ? `, by ${by}` : ''}`] : []),
    ...(trigger === 'retry' ? ['Retry'] : []),
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-executions': ExecutionsElement;
  }
}
