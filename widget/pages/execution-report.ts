import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { columnNameOf, headerOf, type ReportColumn } from '../../shared/report.ts';
import type { Execution, RowFilter } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { filterInWords } from '../words/filter.ts';
import { counted } from '../words/numbers.ts';
import { daysInWords, daysOf, formatWords, rangeWords } from '../words/report.ts';
import { dateInZone } from '../words/time.ts';

type Report = NonNullable<Execution['report']>;

const columnsShown = 8;

/** What an export was asked to report, as it was when it began: later changes of its job or filter are not in it. */
@customElement('cqa-execution-report')
export class ExecutionReportElement extends LitElement {
  static override styles = [
    base,
    css`
      dl {
        display: grid;
        grid-template-columns: minmax(110px, auto) minmax(0, 1fr);
        gap: var(--space-2) var(--space-4);
        margin-top: var(--space-3);
        font-size: var(--size-s);
      }
      dt {
        color: var(--text-soft);
      }
      dd {
        overflow-wrap: anywhere;
      }
      summary {
        width: fit-content;
        cursor: pointer;
      }
      details ol {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(220px, 100%), 1fr));
        gap: 2px var(--space-3);
        margin-top: var(--space-2);
        padding-left: 2.4em;
        list-style: decimal;
      }
      @media (max-width: 520px) {
        dl {
          grid-template-columns: minmax(0, 1fr);
          gap: 2px;
        }
        dd {
          margin-bottom: var(--space-2);
        }
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) run: Execution | undefined;
  /** What a filter names by key, asked for where there is one. */
  private readonly names = new Resource(this, async (signal) => {
    if (!this.app) return undefined;
    const { profiles, analyses } = this.app.api;
    const [all, fields] = await Promise.all([
      profiles.list.query(undefined, { signal }),
      analyses.fields.query(undefined, { signal }),
    ]);
    return { profiles: all, fields };
  });

  protected override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get('run') as Execution | undefined;
    const isOther = changed.has('run') && before?.execution_id !== this.run?.execution_id;
    if (isOther && this.run?.report?.filters.some((filter) => Object.keys(filter).length > 0)) void this.names.load();
  }

  private renderDates(app: AppContext, run: Execution, { date_range: range }: Report): TemplateResult {
    if (typeof range !== 'string') return html`${daysInWords(range)}, whole days in ${app.zone}`;
    const isOfItsOwn = run.retry_of === null;
    const days = daysInWords(daysOf(range, dateInZone(run.created_at, app.zone)));
    return html`${rangeWords[range]}${isOfItsOwn ? html`: ${days}, whole days in ${app.zone}` : ', counted from the first run'}`;
  }

  private phrases(filter: RowFilter | undefined): string {
    if (!filter || Object.keys(filter).length === 0) return 'none';
    const { value, problem } = this.names;
    if (!value && !problem) return '…';
    return filterInWords(filter, value ?? { profiles: [], fields: [] }).join('; ');
  }

  private renderFilters(run: Execution, report: Report): TemplateResult {
    const { saved_filter: name, filters } = report;
    const [ofList, saved] = filters;
    const words = saved && this.phrases(saved);
    return html`${run.is_on_demand ? fact('Filter of the list', this.phrases(ofList)) : nothing}
    ${name === undefined ? nothing : fact('Saved filter', words ? html`${name}: ${words}` : name)}`;
  }

  private renderColumns(columns: readonly ReportColumn[]): TemplateResult {
    const words = columns.map(columnInWords);
    if (words.length <= columnsShown) return html`${words.join(', ')}`;
    return html`<details>
      <summary>${counted(words.length, 'column')}: ${words.slice(0, 3).join(', ')}, …</summary>
      <ol>
        ${words.map((word) => html`<li>${word}</li>`)}
      </ol>
    </details>`;
  }

  override render() {
    const { app, run } = this;
    if (!app || !run?.report) return nothing;
    const { report } = run;
    return html`<section class="card">
      <h3>What was asked for</h3>
      <dl>
        ${fact('Quality profile', report.quality_profile ?? 'all')}
        ${fact('Dates', this.renderDates(app, run, report))}
        ${this.renderFilters(run, report)}
        ${fact('Columns', this.renderColumns(report.columns))}
        ${fact('Format', formatInWords(report))}
        ${run.recipient === null ? nothing : fact('Mailed to', run.recipient)}
      </dl>
    </section>`;
  }
}

function fact(name: string, value: unknown): TemplateResult {
  return html`<dt>${name}</dt>
    <dd>${value}</dd>`;
}

function columnInWords(column: ReportColumn): string {
  const [name, header] = [columnNameOf(column), headerOf(column)];
  return name === header ? name : `${name} as “${header}”`;
}

function formatInWords({ file_format: format, bom }: Report): string {
  if (format === undefined) return 'as each destination is set to';
  return `${formatWords[format].name}${bom && format === 'csv' ? ', with a mark for Excel' : ''}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-execution-report': ExecutionReportElement;
  }
}
