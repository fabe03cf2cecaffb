import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SheetsPreview } from '../api/types.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { tables } from '../style/controls.ts';
import { count, counted } from '../words/numbers.ts';

type Problems = Pick<SheetsPreview, 'problems' | 'problemCount'>;

/** What the CSVs of an import come to: how many recordings have a row, and which rows found none. */
@customElement('cqa-campaign-sheets')
export class CampaignSheetsElement extends LitElement {
  static override styles = [
    base,
    tables,
    css`
      .box {
        display: grid;
        gap: var(--space-2);
      }
      .line {
        display: flex;
        gap: var(--space-2);
        align-items: flex-start;
      }
      .line > svg {
        flex: none;
        margin-top: 2px;
      }
      .good > svg {
        color: var(--good);
      }
      .warn > svg {
        color: var(--warn);
      }
      .bad > svg {
        color: var(--bad);
      }
    `,
  ];

  @property({ attribute: false }) preview: SheetsPreview | undefined;

  private renderMatch({ files, files_matched: matched, rows }: SheetsPreview): TemplateResult {
    const isWhole = matched === files;
    return html`<p class="line ${isWhole ? 'good' : 'warn'}" role="status">
      ${icon(isWhole ? 'check' : 'warning', 18)}
      <span>
        <strong>Matched ${count(matched)} of ${counted(files, 'recording')}</strong> with ${counted(rows, 'row')} of the
        CSV.${isWhole ? '' : ' The others get what the form says.'}
      </span>
    </p>`;
  }

  override render() {
    const { preview } = this;
    if (!preview) return nothing;
    return html`<div class="box">
      ${preview.rows > 0 ? this.renderMatch(preview) : nothing}
      ${preview.unreadable.map(
        ({ sheet, message }) => html`<p class="line bad" role="alert">
          ${icon('warning', 18)}<span class="break"><strong>${sheet} cannot be read.</strong> ${message}</span>
        </p>`,
      )}
      ${preview.unread.map((sheet) => html`<p class="soft">${sheet} is large; it is read when the calls are imported.</p>`)}
      ${renderProblems(preview)}
    </div>`;
  }
}

/** Rows of which nothing came, with their line and why. */
export function renderProblems({ problems, problemCount }: Problems): TemplateResult | typeof nothing {
  if (problemCount === 0) return nothing;
  return html`<div class="table-box" role="region" aria-label="Rows with a problem" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>CSV</th>
            <th class="number">Line</th>
            <th>Recording</th>
            <th>What is wrong</th>
          </tr>
        </thead>
        <tbody>
          ${problems.map(
            ({ sheet, line, file, reason }) => html`<tr>
              <td class="break">${sheet}</td>
              <td class="number">${line}</td>
              <td class="break">${file || '–'}</td>
              <td class="break">${reason}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${problemCount > problems.length ? html`<p class="soft small">and ${counted(problemCount - problems.length, 'more row')}</p>` : nothing}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-campaign-sheets': CampaignSheetsElement;
  }
}
