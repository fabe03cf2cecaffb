import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { analysisStatuses } from '../../shared/interaction.ts';
import type { AnalysesPage, AnalysesRequest } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { isRowClick } from '../app/links.ts';
import { PagedList } from '../app/paged-list.ts';
import { isOtherQuery } from '../app/routes.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { score } from '../words/numbers.ts';
import { analysisWords, unanalysedWords } from '../words/status.ts';
import { clock } from '../words/time.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/score-bar.ts';
import '../parts/show-more.ts';
import '../parts/status.ts';
import '../parts/time.ts';
import './analyses-filters.ts';

type Row = AnalysesPage['rows'][number];

/** The Analysis List: every interaction in the reader's scope with its scores, newest first. */
@customElement('cqa-analyses')
export class AnalysesElement extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    css`
      .why {
        color: var(--text-soft);
        max-width: 280px;
      }
      .failure {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
        overflow: hidden;
        min-width: 160px;
        max-width: 280px;
        color: var(--bad);
      }
      @container (max-width: 1040px) {
        .failure {
          min-width: 130px;
        }
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false, hasChanged: isOtherQuery }) query = new URLSearchParams();
  private readonly list = new PagedList<Row>(
    this,
    async (cursor, signal) => this.app?.api.analyses.list.query({ ...this.request, cursor }, { signal }),
    (row) => row.analysis_id ?? row.interaction_id,
  );

  private get request(): AnalysesRequest {
    const { query } = this;
    const number = (name: string) => (query.get(name) ? Number(query.get(name)) : undefined);
    return {
      search: query.get('search') ?? undefined,
      from: query.get('from') ?? undefined,
      to: query.get('to') ?? undefined,
      profile: query.get('profile') ?? undefined,
      status: analysisStatuses.find((status) => status === query.get('status')),
      min_percentage: number('min'),
      max_percentage: number('max'),
    };
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !(changed.has('app') || changed.has('query'))) return;
    this.list.clear();
    this.list.first.follow(this.app.changes, ['analyses']);
  }

  private renderOutcome(row: Row): TemplateResult {
    if (row.failure)
      return html`<span class="failure break" title=${row.failure.message}>${row.failure.message}</span>`;
    if (row.unanalysed_reason) return html`<span class="why">${unanalysedWords[row.unanalysed_reason]}</span>`;
    if (row.max_score === null) return html`<span class="soft">–</span>`;
    return html`<cqa-score-bar
      .percent=${row.percentage_score}
      .label=${`${score(row.final_score)} of ${score(row.max_score)}`}
    ></cqa-score-bar>`;
  }

  private renderRow(app: AppContext, row: Row): TemplateResult {
    const address = `/interactions/${row.interaction_id}`;
    return html`<tr class="link" @click=${(event: Event) => isRowClick(event) && app.go(address)}>
      <td class="strong break"><a data-page href=${app.href(address)}>${row.external_interaction_id}</a></td>
      <td><cqa-time .at=${row.occurred_at} .zone=${app.zone}></cqa-time></td>
      <td>${row.channel_type}</td>
      <td class="number">${row.duration_seconds === null ? '–' : clock(row.duration_seconds)}</td>
      <td class="break">${row.agent_name ?? html`<span class="soft">–</span>`}</td>
      <td class="break">${row.quality_profile ?? html`<span class="soft">–</span>`}</td>
      <td><cqa-status .words=${analysisWords[row.analysis_status ?? row.interaction_status]}></cqa-status></td>
      <td>${this.renderOutcome(row)}</td>
    </tr>`;
  }

  private renderTable(app: AppContext, rows: readonly Row[]): TemplateResult {
    return html`<div class="table-box" role="region" aria-label="Analyses" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>Interaction</th>
            <th>Time</th>
            <th>Channel</th>
            <th class="number">Length</th>
            <th>Agent</th>
            <th>Quality profile</th>
            <th>Status</th>
            <th>Score</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            rows,
            (row) => row.analysis_id ?? row.interaction_id,
            (row) => this.renderRow(app, row),
          )}
        </tbody>
      </table>
    </div>`;
  }

  private renderEmpty(app: AppContext): TemplateResult {
    if (this.query.size > 0)
      return html`<cqa-empty icon="search" heading="No interaction matches">
        Take a filter away, or look whether the external id begins as you typed it; upper and lower case differ.
        <button slot="action" class="button" @click=${() => app.go('/analyses', 'replace')}>Show all</button>
      </cqa-empty>`;
    if (app.me.console !== 'open')
      return html`<cqa-empty icon="wave" heading="No conversations yet">
        Conversations that you may see will stand here once they have been imported and analysed.
      </cqa-empty>`;
    return html`<cqa-empty icon="wave" heading="No conversations yet">
      Conversations stand here once a job has imported them. Connect the system that holds them first.
      <a slot="action" class="button primary" data-page href=${app.href('/data-import')}>Go to Data Import</a>
    </cqa-empty>`;
  }

  private renderList(app: AppContext): TemplateResult {
    const { rows, problem, first } = this.list;
    if (!rows && problem)
      return html`<cqa-problem what="The list could not be loaded" .problem=${problem} .again=${first.load}></cqa-problem>`;
    if (!rows) return html`<cqa-loading lines="4" label="Loading analyses"></cqa-loading>`;
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
    return html`<cqa-analyses-filters .app=${app} .query=${this.query}></cqa-analyses-filters>
      ${this.renderList(app)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-analyses': AnalysesElement;
  }
}
