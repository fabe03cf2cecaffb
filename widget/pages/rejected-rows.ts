import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { RejectedRowsPage, Replayed } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { PagedList } from '../app/paged-list.ts';
import { Action } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { count, counted } from '../words/numbers.ts';
import { lineInWords, placeInWords } from '../words/rejected.ts';
import { replayInWords } from '../words/replay.ts';
import './rejected-row-dialog.ts';
import './rejected-rows-file.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/show-more.ts';
import '../parts/time.ts';

type Row = RejectedRowsPage['rows'][number];

const cutMeaning = 'It was longer than what is kept. It can be read again by its whole text alone.';

/**
 * The rows that imports did not take: where each stands, what is wrong, its raw text; to be mended and read again, one by
 * one or as a file. With an execution's id, those of that run alone.
 */
@customElement('cqa-rejected-rows')
export class RejectedRowsElement extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    css`
      .raw {
        min-width: 240px;
        max-width: 420px;
      }
      .raw code {
        display: block;
        max-height: 4.6em;
        overflow: auto;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .cut {
        color: var(--warn);
        font-size: var(--size-xs);
        font-weight: 600;
      }
      th {
        text-transform: none;
      }
      th::first-letter {
        text-transform: uppercase;
      }
      .reason {
        min-width: 180px;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        margin-bottom: var(--space-3);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property() executionId: string | undefined;
  /** How many the execution has: more come while it goes on. */
  @property({ attribute: false }) count: number | undefined;
  @state() private mended: Row | undefined;
  @state() private outcome: string | undefined;
  /** Dismissed here: gone at once, without losing the place in a long list. */
  @state() private dismissed: ReadonlySet<number> = new Set();
  private readonly list = new PagedList<Row>(
    this,
    async (cursor, signal) =>
      this.app?.api.rejectedRows.list.query({ execution: this.executionId, state: 'open', cursor }, { signal }),
    (row) => String(row.id),
  );
  private readonly acting = new Action(this);

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('executionId') || changed.has('app')) this.readAgain();
    else if (changed.has('count')) void this.list.first.load();
  }

  private readonly readAgain = (): void => {
    this.list.clear();
    void this.list.first.load();
  };

  private get rows(): Row[] {
    return (this.list.rows ?? []).filter(({ id }) => !this.dismissed.has(id));
  }

  private get hasLines(): boolean {
    return this.rows.some((row) => !row.is_event);
  }

  private readonly tell = (replayed: Replayed): void => {
    this.outcome = replayInWords(replayed, this.hasLines ? 'row' : 'event');
    this.readAgain();
  };

  private readonly replayShown = async (): Promise<void> => {
    await this.acting.run(async () => {
      const rows = this.rows.slice(0, 1000).map(({ id }) => ({ id }));
      const replayed = await this.app?.api.rejectedRows.replay.mutate({ rows });
      if (replayed) this.tell(replayed);
    });
  };

  private async dismiss(row: Row): Promise<void> {
    await this.acting.run(async () => {
      await this.app?.api.rejectedRows.dismiss.mutate({ ids: [row.id] });
      this.dismissed = new Set([...this.dismissed, row.id]);
      this.outcome = `${placeInWords(row)} is dismissed.`;
    });
  }

  private get replayWords(): string {
    const shown = Math.min(this.rows.length, 1000);
    const [one, several] = this.hasLines ? ['row', 'rows'] : ['event', 'events'];
    return shown === 1 ? `Read this ${one} again` : `Read these ${counted(shown, one, several)} again`;
  }

  private renderTools(app: AppContext): TemplateResult {
    return html`<div class="tools">
      <cqa-rejected-rows-file
        .app=${app}
        .executionId=${this.executionId}
        @replayed=${(event: CustomEvent<Replayed>) => this.tell(event.detail)}
      ></cqa-rejected-rows-file>
      <button
        class="button small"
        type="button"
        title="For when the mapping or the connector was mended, not the rows"
        ?disabled=${this.acting.isBusy || this.rows.length === 0}
        @click=${this.replayShown}
      >
        ${icon('again', 15)} ${this.replayWords}
      </button>
    </div>`;
  }

  private renderRow(app: AppContext, row: Row): TemplateResult {
    return html`<tr>
      <td class="break">
        ${row.file_name}
        ${
          this.executionId
            ? nothing
            : html`<br /><a class="small" data-page href=${app.href(`/executions/${row.execution_id}`)}>${row.job_name}</a>,
              <cqa-time class="small" relative .at=${row.rejected_at} .zone=${app.zone}></cqa-time>`
        }
      </td>
      <td class="number">${lineInWords(row, this.hasLines)}</td>
      <td class="minor break">${row.column ? html`<code>${row.column}</code>` : html`<span class="soft">–</span>`}</td>
      <td class="reason break" data-minor=${row.column ?? ''}>${row.reason}<br /><code class="soft">${row.code}</code></td>
      <td class="raw">
        <code tabindex="0">${row.raw}${row.is_shortened ? ' …' : nothing}</code>
        ${row.is_cut ? html`<span class="cut" title=${cutMeaning}>cut: only its beginning is kept</span>` : nothing}
      </td>
      <td class="actions">
        <div class="buttons">
          <button
            class="button quiet icon small"
            type="button"
            title=${row.is_event ? 'Read the whole event, and mend it' : 'Mend'}
            aria-label="Mend ${lower(placeInWords(row))}"
            @click=${() => {
              this.mended = row;
            }}
          >
            ${icon('edit', 16)}</button
          ><button
            class="button quiet icon small"
            type="button"
            title="Dismiss: nobody wants this row"
            aria-label="Dismiss ${lower(placeInWords(row))}"
            ?disabled=${this.acting.isBusy}
            @click=${() => this.dismiss(row)}
          >
            ${icon('close', 16)}
          </button>
        </div>
      </td>
    </tr>`;
  }

  private renderTable(app: AppContext): TemplateResult {
    const hasEvents = this.rows.some((row) => row.is_event);
    const hasFiles = this.hasLines;
    const heading = (ofFile: string, ofEvent: string) =>
      [...(hasFiles ? [ofFile] : []), ...(hasEvents ? [ofEvent] : [])].join(' or ');
    return html`<div class="table-box" role="region" aria-label="Rejected rows" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>${heading('File', 'topic/partition')}</th>
            <th class="number">${heading('Line', 'offset')}</th>
            <th class="minor">${heading('Column', 'field')}</th>
            <th>Reason</th>
            <th>Raw text</th>
            <th class="actions"><span class="visually-hidden">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          ${this.rows.map((row) => this.renderRow(app, row))}
        </tbody>
      </table>
    </div>`;
  }

  private renderList(app: AppContext): TemplateResult | typeof nothing {
    const { rows, problem } = this.list;
    if (this.rows.length > 0) return html`${this.renderTools(app)}${this.renderTable(app)}`;
    if (!rows && problem) return nothing;
    if (!rows) return html`<cqa-loading lines="2"></cqa-loading>`;
    return html`<cqa-empty icon="check" heading="No rejected row is open">
      Rows that an import cannot take are kept with the reason and their text. Here they are mended and read again, or
      dismissed.
    </cqa-empty>`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { list } = this;
    return html`<cqa-problem .problem=${list.problem} .again=${this.readAgain}></cqa-problem>
      <cqa-problem .problem=${this.acting.problem}></cqa-problem>
      <p role="status" class="small">${this.outcome}</p>
      ${this.renderList(app)}
      ${
        list.rows && list.hasMore
          ? html`<cqa-show-more
            .words=${`Show more (${count(this.rows.length)} are shown)`}
            .busy=${list.isLoadingMore}
            @more=${list.loadMore}
          ></cqa-show-more>`
          : nothing
      }
      ${
        this.mended
          ? html`<cqa-rejected-row-dialog
            .app=${app}
            .row=${this.mended}
            @replayed=${(event: CustomEvent<Replayed>) => this.tell(event.detail)}
            @close=${() => {
              this.mended = undefined;
            }}
          ></cqa-rejected-row-dialog>`
          : nothing
      }`;
  }
}

function lower(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-rejected-rows': RejectedRowsElement;
  }
}
