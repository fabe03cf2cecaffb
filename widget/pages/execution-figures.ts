import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ExportCounts, ItemCounts, RowCounts } from '../../shared/execution.ts';
import { base } from '../style/base.ts';
import { count } from '../words/numbers.ts';

interface Figure {
  name: string;
  value: number;
  tone?: 'warn' | 'bad';
}

/** What an execution counts, and what its figures mean: each list adds up to its first figure. */
@customElement('cqa-execution-figures')
export class ExecutionFiguresElement extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr));
        gap: var(--space-4);
      }
      .figures {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(64px, 1fr));
        gap: var(--space-3) var(--space-2);
        margin-top: var(--space-2);
      }
      dt {
        color: var(--text-soft);
        font-size: var(--size-xs);
      }
      dd {
        font-size: var(--size-xl);
        font-weight: 620;
        font-variant-numeric: tabular-nums;
        line-height: 1.25;
      }
      .warn dd {
        color: var(--warn);
      }
      .bad dd {
        color: var(--bad);
      }
      @media (max-width: 520px) {
        .figures {
          grid-template-columns: repeat(3, minmax(0, 1fr));
        }
      }
      .meaning {
        margin-top: var(--space-2);
        font-size: var(--size-xs);
      }
    `,
  ];

  /** Null for exports and for days of a stream. */
  @property({ attribute: false }) items: ItemCounts | null = null;
  @property({ attribute: false }) counts: RowCounts | ExportCounts | undefined;
  @property({ type: Boolean }) isStream = false;

  private renderFigures(title: string, figures: readonly Figure[], meaning?: string): TemplateResult {
    return html`<section class="card">
      <h3>${title}</h3>
      <dl class="figures">
        ${figures.map(
          ({ name, value, tone }) => html`<div class=${value > 0 && tone ? tone : ''}>
            <dt>${name}</dt>
            <dd>${count(value)}</dd>
          </div>`,
        )}
      </dl>
      ${meaning ? html`<p class="meaning soft">${meaning}</p>` : nothing}
    </section>`;
  }

  private renderItems({ listed, done, unchanged, waiting, failed }: ItemCounts): TemplateResult {
    return this.renderFigures(
      'Items',
      [
        { name: 'listed', value: listed },
        { name: 'done', value: done },
        { name: 'unchanged', value: unchanged },
        { name: 'waiting', value: waiting, tone: 'warn' },
        { name: 'failed', value: failed, tone: 'bad' },
      ],
      'Files, objects or pages that were found. Unchanged: read by an earlier run. Waiting: left for a later one.',
    );
  }

  private renderCounts(counts: RowCounts | ExportCounts): TemplateResult {
    const { isStream } = this;
    if ('parts' in counts)
      return this.renderFigures('Report', [
        { name: 'rows', value: counts.rows },
        { name: 'parts', value: counts.parts },
      ]);
    const { listed, imported, updated, duplicate, rejected } = counts;
    return this.renderFigures(
      isStream ? 'Events' : 'Rows',
      [
        { name: isStream ? 'read' : 'listed', value: listed },
        { name: 'imported', value: imported },
        { name: 'updated', value: updated },
        { name: 'duplicate', value: duplicate },
        { name: 'rejected', value: rejected, tone: 'warn' },
      ],
      'Imported: stored as new. Updated: here before, with other data. Duplicate: here before, the same. Rejected: not stored.',
    );
  }

  override render() {
    return html`${this.items && !this.isStream ? this.renderItems(this.items) : nothing}
    ${this.counts ? this.renderCounts(this.counts) : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-execution-figures': ExecutionFiguresElement;
  }
}
