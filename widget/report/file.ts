import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type FileFormat, fileFormats } from '../../shared/report.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { formatWords } from '../words/report.ts';
import { mayBeCsv, type ReportDraft } from './draft.ts';
import { problemAt } from './problem-at.ts';

/**
 * The format of a report's files.
 * @fires edit with what changed of the draft
 */
@customElement('cqa-report-file')
export class ReportFileElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .formats {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(260px, 100%), 1fr));
        gap: var(--space-2) var(--space-4);
      }
      label.check {
        align-items: start;
      }
      label.check input {
        margin-top: 2px;
      }
      .good {
        display: block;
      }
      label.bom {
        margin-top: var(--space-2);
        font-size: inherit;
        font-weight: inherit;
      }
    `,
  ];

  @property({ attribute: false }) draft: ReportDraft | undefined;
  @property({ attribute: false }) problems: Record<string, string> = {};
  private edit(detail: Partial<ReportDraft>): void {
    this.dispatchEvent(new CustomEvent('edit', { detail }));
  }

  private renderFormat(draft: ReportDraft, format: FileFormat | undefined): TemplateResult {
    const { name, good } = format === undefined ? unsaid : formatWords[format];
    return html`<label class="check">
      <input
        type="radio"
        name="format"
        aria-label=${name}
        aria-describedby="${format}.good"
        .checked=${draft.fileFormat === format}
        @change=${() => this.edit({ fileFormat: format })}
      />
      <span>${name}<span id="${format}.good" class="good soft small">${good}</span></span>
    </label>`;
  }

  private renderBom(draft: ReportDraft): TemplateResult | typeof nothing {
    if (!mayBeCsv(draft)) return nothing;
    const choose = (event: Event) => this.edit({ bom: (event.target as HTMLInputElement).checked });
    return html`<label class="check bom">
      <input
        type="checkbox"
        aria-label="For Excel: begin with a byte order mark"
        aria-describedby="bom.hint"
        .checked=${draft.bom}
        @change=${choose}
      />
      <span>
        For Excel: begin with a byte order mark
        <span id="bom.hint" class="good soft small">Excel then reads letters such as é and ₹ right. Other programs may not expect it.</span>
      </span>
    </label>`;
  }

  override render() {
    const { draft, problems } = this;
    if (!draft) return nothing;
    return html`<fieldset class="field">
      <legend>File format</legend>
      <div class="formats">${[...fileFormats, undefined].map((format) => this.renderFormat(draft, format))}</div>
      ${this.renderBom(draft)}${problemAt(problems, 'file_format')}${problemAt(problems, 'bom')}
    </fieldset>`;
  }
}

const unsaid = {
  name: 'As each destination is set',
  good: 'The file format of its connector. Where these differ, mails get CSV.',
};

declare global {
  interface HTMLElementTagNameMap {
    'cqa-report-file': ReportFileElement;
  }
}
