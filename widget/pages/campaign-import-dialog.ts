import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { problemOfFailure } from '../api/problem.ts';
import type { CampaignImport, CampaignImportFile } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { PagedList } from '../app/paged-list.ts';
import { Resource } from '../app/resource.ts';
import { showMore } from '../parts/show-more.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { filesInWords, importFileWords, importWords } from '../words/campaign.ts';
import { bytes } from '../words/numbers.ts';
import '../parts/dialog.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import '../parts/time.ts';
import { renderProblems } from './campaign-sheets.ts';

/**
 * One import: how each of its files ended, with what to do, and rows of its CSVs that found no recording.
 * @fires close
 */
@customElement('cqa-campaign-import-dialog')
export class CampaignImportDialogElement extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    css`
      :host {
        --dialog-width: 820px;
      }
      .reason {
        color: var(--bad);
        font-size: var(--size-s);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) importId = '';
  private readonly found = new Resource(this, async (signal) =>
    this.app?.api.campaigns.import.query({ id: this.importId }, { signal }),
  );
  private readonly files = new PagedList<CampaignImportFile>(
    this,
    async (cursor, signal) => this.app?.api.campaigns.importFiles.query({ id: this.importId, cursor }, { signal }),
    (file) => file.file_id,
  );

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !changed.has('app')) return;
    this.found.follow(this.app.changes, ['campaigns']);
    this.files.first.follow(this.app.changes, ['campaigns']);
  }

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  private renderFile(app: AppContext, file: CampaignImportFile): TemplateResult {
    return html`<tr>
      <td class="break">
        ${
          file.interaction_id
            ? html`<a data-page href=${app.href(`/interactions/${file.interaction_id}`)}>${file.name}</a>`
            : file.name
        }
        ${file.failure ? html`<br /><span class="reason break">${file.failure.message}</span>` : nothing}
      </td>
      <td><cqa-status .words=${importFileWords[file.state]}></cqa-status></td>
      <td class="number">${bytes(file.bytes)}</td>
    </tr>`;
  }

  private renderFiles(app: AppContext): TemplateResult {
    const { rows, problem, first } = this.files;
    if (!rows)
      return problem
        ? html`<cqa-problem .problem=${problem} .again=${first.load}></cqa-problem>`
        : html`<cqa-loading label="Loading the files"></cqa-loading>`;
    const urgent = (file: CampaignImportFile) => (file.state === 'failed' ? 0 : file.state === 'duplicate' ? 1 : 2);
    const sorted = [...rows].sort((a, b) => urgent(a) - urgent(b) || a.name.localeCompare(b.name));
    return html`<div class="table-box" role="region" aria-label="Files" tabindex="0">
        <table>
          <thead>
            <tr>
              <th>File</th>
              <th>State</th>
              <th class="number">Size</th>
            </tr>
          </thead>
          <tbody>
            ${repeat(
              sorted,
              (file) => file.file_id,
              (file) => this.renderFile(app, file),
            )}
          </tbody>
        </table>
      </div>
      ${showMore(this.files, 'Show more')}`;
  }

  private renderFacts(app: AppContext, found: CampaignImport): TemplateResult {
    const { failure, report } = found;
    return html`<p class="row">
        <cqa-status .words=${importWords[found.state]}></cqa-status>
        <span>${filesInWords(found)}</span>
        <span class="soft break">by ${found.created_by}, <cqa-time .at=${found.created_at} .zone=${app.zone}></cqa-time></span>
      </p>
      ${failure ? html`<cqa-problem .problem=${problemOfFailure(failure)}></cqa-problem>` : nothing}
      ${report && report.problemCount > 0 ? html`<h3>Rows with a problem</h3>${renderProblems(report)}` : nothing}`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { value, problem, load } = this.found;
    return html`<cqa-dialog heading="Import" @close=${this.close}>
      <div class="stack">
        <cqa-problem .problem=${problem} .again=${load}></cqa-problem>
        ${value ? this.renderFacts(app, value) : nothing} ${this.renderFiles(app)}
      </div>
      <button slot="actions" class="button" type="button" @click=${this.close}>Close</button>
    </cqa-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-campaign-import-dialog': CampaignImportDialogElement;
  }
}
