import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { defaultColumns } from '../../shared/report.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { isSame } from '../form/values.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { counted } from '../words/numbers.ts';
import { columnGroups, titlesByFullName } from './column-groups.ts';
import type { ReportDraft } from './draft.ts';
import { problemAt } from './problem-at.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import './chosen-columns.ts';
import './column-picker.ts';

/**
 * The columns of a report: those in the file, and those to choose from.
 * @fires edit with what changed of the draft
 */
@customElement('cqa-report-columns')
export class ReportColumnsElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .head {
        justify-content: space-between;
      }
      .head .label {
        font-size: var(--size-s);
        font-weight: 600;
      }
      cqa-column-picker {
        margin-top: var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) draft: ReportDraft | undefined;
  @property({ attribute: false }) problems: Record<string, string> = {};
  private readonly choices = new Resource(this, async (signal) =>
    this.app?.api.reports.columns.query(undefined, { signal }),
  );

  protected override firstUpdated(): void {
    void this.choices.load();
  }

  private edit(columns: ReportDraft['columns']): void {
    this.dispatchEvent(new CustomEvent('edit', { detail: { columns } }));
  }

  private readonly changed = ({ detail }: CustomEvent<ReportDraft['columns']>): void => this.edit(detail);

  override render() {
    const { draft } = this;
    if (!draft) return nothing;
    const { columns } = draft;
    const { value, problem, load } = this.choices;
    const defaults = value?.defaults ?? defaultColumns;
    return html`<div class="field" role="group" aria-labelledby="columns">
      <div class="row head">
        <span id="columns" class="label">Columns, in this order</span>
        <span class="row">
          <span class="soft small">${counted(columns.length, 'column')}</span>
          <button
            class="button quiet small"
            type="button"
            ?disabled=${isSame(columns, defaults)}
            @click=${() => this.edit([...defaults])}
          >
            Reset to default
          </button>
        </span>
      </div>
      <span class="hint">A column stands under its own name unless you give it another heading.</span>
      <cqa-chosen-columns
        .columns=${columns}
        .titles=${value ? titlesByFullName(value) : new Map()}
        .problems=${this.problems}
        @columns=${this.changed}
      ></cqa-chosen-columns>
      ${problemAt(this.problems, 'columns')}
      ${
        value
          ? html`<cqa-column-picker
            .groups=${columnGroups(value, draft.profile)}
            .columns=${columns}
            @columns=${this.changed}
          ></cqa-column-picker>`
          : nothing
      }
      ${value || problem ? nothing : html`<cqa-loading lines="1" label="Loading the columns"></cqa-loading>`}
      <cqa-problem .problem=${problem} .again=${load}></cqa-problem>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-report-columns': ReportColumnsElement;
  }
}
