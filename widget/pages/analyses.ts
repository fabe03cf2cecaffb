import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { RowFilter } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { PagedList } from '../app/paged-list.ts';
import { Action, Resource } from '../app/resource.ts';
import { isOtherQuery } from '../app/routes.ts';
import { icon } from '../parts/icon.ts';
import { showMore } from '../parts/show-more.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { rowBlocks } from '../style/row-blocks.ts';
import { analysesStyles } from './analyses.styles.ts';
import {
  type AnalysisRow,
  columnsOf,
  columnTitles,
  defaultListColumns,
  firstColumn,
  isMetadataColumn,
  type ListColumn,
} from './analyses-columns.ts';
import { addressOf, contradiction, filterOf, isFiltered } from './analyses-filter.ts';
import type { FilterNames } from './analyses-filter-parts.ts';
import { analysesTable } from './analyses-table.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import './analyses-chips.ts';
import './analyses-column-menu.ts';
import './analyses-filters.ts';
import './export-dialog.ts';
import './saved-filter-menu.ts';

/** The Analysis List: every interaction in the reader's scope with its scores, newest first. Its filter stands in the address. */
@customElement('cqa-analyses')
export class AnalysesElement extends LitElement {
  static override styles = [base, controls, tables, rowBlocks, analysesStyles];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false, hasChanged: isOtherQuery }) query = new URLSearchParams();
  @state() private isExporting = false;
  /** Columns chosen since the page opened. */
  @state() private chosen: readonly string[] | undefined;
  private isUnremembered = false;
  private readonly list = new PagedList<AnalysisRow>(
    this,
    async (cursor, signal) => {
      const { filter } = this;
      if (contradiction(filter)) return { rows: [], next_cursor: null };
      return this.app?.api.analyses.list.query({ ...filter, cursor }, { signal });
    },
    (row) => row.analysis_id ?? row.interaction_id,
  );
  private readonly profiles = new Resource(this, async (signal) =>
    this.app?.api.profiles.list.query(undefined, { signal }),
  );
  private readonly fields = new Resource(this, async (signal) =>
    this.app?.api.analyses.fields.query(undefined, { signal }),
  );
  private readonly choices = new Resource(this, async (signal) =>
    this.app?.api.reports.columns.query(undefined, { signal }),
  );
  private readonly preferences = new Resource(this, async (signal) =>
    this.app?.api.preferences.get.query(undefined, { signal }),
  );
  private readonly remembering = new Action(this);

  private get filter(): RowFilter {
    return filterOf(this.query);
  }

  private get names(): FilterNames {
    return { profiles: this.profiles.value, fields: this.fields.value };
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !(changed.has('app') || changed.has('query'))) return;
    this.list.clear();
    this.list.first.follow(this.app.changes, ['analyses']);
  }

  protected override firstUpdated(): void {
    for (const { load } of [this.profiles, this.fields]) void load();
    void this.readColumns();
  }

  /** What metadata there is takes a look at the newest conversations: only where somebody has chosen some. */
  private readonly readColumns = async (): Promise<void> => {
    await this.preferences.load();
    if (this.columnNames.some(isMetadataColumn)) await this.choices.load();
  };

  private readonly filterBy = ({ detail }: CustomEvent<RowFilter>): void => {
    this.app?.go(addressOf(detail), 'replace');
  };

  private get columnNames(): readonly string[] {
    const remembered = this.preferences.value?.analysis_columns?.filter((name) => name !== firstColumn);
    return this.chosen ?? remembered ?? defaultListColumns;
  }

  private readonly chooseColumns = async ({ detail }: CustomEvent<readonly string[]>): Promise<void> => {
    this.chosen = detail;
    this.isUnremembered = true;
    // While one choice is under way the next ones wait: the last of them is the one to remember.
    await this.remembering.run(async () => {
      while (this.isUnremembered) {
        this.isUnremembered = false;
        await this.app?.api.preferences.set.mutate({
          name: 'analysis_columns',
          value: [firstColumn, ...this.columnNames],
        });
      }
    });
  };

  private renderEmpty(app: AppContext): TemplateResult {
    if (isFiltered(this.filter))
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

  private renderList(app: AppContext, columns: readonly ListColumn[]): TemplateResult {
    const { rows, problem, first } = this.list;
    if (!rows && problem)
      return html`<cqa-problem what="The list could not be loaded" .problem=${problem} .again=${first.load}></cqa-problem>`;
    const { preferences } = this;
    if (!rows || !(preferences.value ?? preferences.problem))
      return html`<cqa-loading lines="4" label="Loading analyses"></cqa-loading>`;
    if (rows.length === 0) return this.renderEmpty(app);
    return html`<cqa-problem .problem=${problem} .again=${first.load}></cqa-problem>
      ${analysesTable(app, rows, columns)}
      ${showMore(this.list)}`;
  }

  private renderTools(
    app: AppContext,
    titles: ReadonlyMap<string, string>,
    columns: readonly ListColumn[],
  ): TemplateResult {
    return html`<div class="tools">
      <cqa-saved-filter-menu .app=${app} .filter=${this.filter} .names=${this.names}></cqa-saved-filter-menu>
      <cqa-analyses-column-menu
        .titles=${titles}
        .chosen=${columns.map(({ name }) => name)}
        .problem=${this.choices.problem}
        .isLoading=${this.choices.isLoading}
        @open=${this.choices.load}
        @choose=${this.chooseColumns}
      ></cqa-analyses-column-menu>
      <a class="button" data-page href=${app.href('/exports')}>${icon('history', 16)}Your exports</a>
      <button
        class="button"
        type="button"
        @click=${() => {
          this.isExporting = true;
        }}
      >
        ${icon('export', 16)}Export report
      </button>
    </div>`;
  }

  private renderDialog(app: AppContext): TemplateResult | typeof nothing {
    if (!this.isExporting) return nothing;
    return html`<cqa-export-dialog
      .app=${app}
      .filter=${this.filter}
      .names=${this.names}
      @close=${() => {
        this.isExporting = false;
      }}
    ></cqa-export-dialog>`;
  }

  override render() {
    const { app, filter, names } = this;
    if (!app) return nothing;
    const titles = columnTitles(this.choices.value?.metadata ?? []);
    const columns = columnsOf(this.columnNames, titles);
    return html`<cqa-analyses-filters
        .app=${app}
        .filter=${filter}
        .names=${names}
        @choose=${this.filterBy}
        @open=${this.fields.load}
        >${this.renderTools(app, titles, columns)}</cqa-analyses-filters
      >
      <cqa-analyses-chips .filter=${filter} .names=${names} @choose=${this.filterBy}></cqa-analyses-chips>
      <cqa-problem
        what="The choices of the filters could not be loaded"
        .problem=${this.profiles.problem ?? this.fields.problem}
      ></cqa-problem>
      <cqa-problem
        what="Your columns could not be loaded, so these are the usual ones"
        .problem=${this.preferences.problem}
        .again=${this.readColumns}
      ></cqa-problem>
      <cqa-problem what="The columns could not be remembered" .problem=${this.remembering.problem}></cqa-problem>
      ${this.renderList(app, columns)}${this.renderDialog(app)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-analyses': AnalysesElement;
  }
}
