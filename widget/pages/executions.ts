import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { executionStatuses, hasEnded } from '../../shared/execution.ts';
import { jobTypes } from '../../shared/job.ts';
import type { ExecutionsPage, ExecutionsRequest } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { isRowClick } from '../app/links.ts';
import { PagedList } from '../app/paged-list.ts';
import { isOtherQuery, withQuery } from '../app/routes.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import {
  countsInWords,
  isDayOfStream,
  itemsInWords,
  noNewData,
  noteInWords,
  ongoing,
  tookMs,
} from '../words/execution.ts';
import { executionWords, jobTypeWords, typeAndConnectors } from '../words/status.ts';
import { dayInZone, duration } from '../words/time.ts';
import '../parts/download.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/show-more.ts';
import '../parts/status.ts';
import '../parts/time.ts';

type Row = ExecutionsPage['rows'][number];

/** Execution History: every run, newest first. Filters stand in the address, so that a link shows the same. */
@customElement('cqa-executions')
export class ExecutionsElement extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    css`
      .filters {
        margin-bottom: var(--space-4);
      }
      .filters label {
        display: flex;
        align-items: center;
        gap: 6px;
        font-size: var(--size-s);
        color: var(--text-soft);
      }
      .note {
        color: var(--warn);
        font-weight: 550;
      }
      .day {
        white-space: nowrap;
      }
      .result {
        min-width: 150px;
      }
      .failure {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
        overflow: hidden;
        color: var(--bad);
        max-width: 340px;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false, hasChanged: isOtherQuery }) query = new URLSearchParams();
  private readonly list = new PagedList<Row>(
    this,
    async (cursor, signal) => this.app?.api.executions.list.query({ ...this.filters, cursor }, { signal }),
    (row) => row.execution_id,
  );

  private get filters(): ExecutionsRequest {
    return {
      type: jobTypes.find((type) => type === this.query.get('type')),
      status: executionStatuses.find((status) => status === this.query.get('status')),
    };
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !(changed.has('app') || changed.has('query'))) return;
    this.list.clear();
    this.list.first.follow(this.app.changes, ['executions']);
  }

  private filter(name: 'type' | 'status', event: Event): void {
    const values = { ...this.filters, [name]: (event.target as HTMLSelectElement).value };
    this.app?.go(withQuery('/executions', values), 'replace');
  }

  private renderSelect(
    title: string,
    name: 'type' | 'status',
    options: readonly string[],
    words: (option: string) => string,
  ): TemplateResult {
    const chosen = this.query.get(name) ?? '';
    return html`<label
      >${title}
      <select class="input compact" @change=${(event: Event) => this.filter(name, event)}>
        <option value="" ?selected=${chosen === ''}>All</option>
        ${options.map((option) => html`<option value=${option} ?selected=${option === chosen}>${words(option)}</option>`)}
      </select>
    </label>`;
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
    return html`<tr class="link" @click=${(event: Event) => isRowClick(event) && app.go(address)}>
      <td class="strong break" data-minor=${typeAndConnectors(row.job_name, row)}><a data-page href=${app.href(address)}>${row.job_name}</a></td>
      <td class="minor">${jobTypeWords[row.type]}</td>
      <td class="minor break">${row.connectors.join(', ')}</td>
      <td>${this.renderStart(app, row)}</td>
      <td><cqa-status .words=${executionWords[row.status]}></cqa-status></td>
      <td class="result">${this.renderCounts(row)}</td>
      <td class="number">${this.renderDuration(row)}</td>
      <td class="actions">${this.renderReport(app, row)}</td>
    </tr>`;
  }

  /** A report of one part is downloaded here; one of several leads to its parts. */
  private renderReport(app: AppContext, { counts, execution_id: id }: Row): TemplateResult | typeof nothing {
    const parts = 'parts' in counts ? counts.parts : 0;
    if (parts === 0) return nothing;
    if (parts === 1)
      return html`<cqa-download .app=${app} .executionId=${id} .number=${1} label="Report"></cqa-download>`;
    return html`<a class="button small" data-page href=${app.href(`/executions/${id}`)}>${parts} parts</a>`;
  }

  private renderTable(app: AppContext, rows: readonly Row[]): TemplateResult {
    return html`<div class="table-box" role="region" aria-label="Executions" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>Job</th>
            <th class="minor">Type</th>
            <th class="minor">Connector</th>
            <th>Started</th>
            <th>Status</th>
            <th>Result</th>
            <th class="number">Duration</th>
            <th class="actions"><span class="visually-hidden">Report</span></th>
          </tr>
        </thead>
        <tbody>
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
      ${
        this.list.hasMore
          ? html`<cqa-show-more .busy=${this.list.isLoadingMore} @more=${this.list.loadMore}></cqa-show-more>`
          : nothing
      }`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    return html`<div class="filters row">
        ${this.renderSelect('Type', 'type', jobTypes, (type) => jobTypeWords[type as Row['type']])}
        ${this.renderSelect('Status', 'status', executionStatuses, (status) => executionWords[status as Row['status']].word)}
      </div>
      ${this.renderList(app)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-executions': ExecutionsElement;
  }
}
