import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { CampaignImport } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { isRowClick } from '../app/links.ts';
import { PagedList } from '../app/paged-list.ts';
import { showMore } from '../parts/show-more.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { filesInWords, importWords } from '../words/campaign.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import '../parts/time.ts';
import './campaign-import-dialog.ts';

/** A campaign's imports by hand, newest first; each opens to its files. */
@customElement('cqa-campaign-imports')
export class CampaignImportsElement extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    css`
      h2 {
        margin-bottom: var(--space-3);
      }
      .open {
        padding: 0;
        border: 0;
        background: none;
        color: var(--accent);
        font: inherit;
        font-weight: 600;
        text-align: left;
        text-decoration: underline;
        text-underline-offset: 2px;
        cursor: pointer;
      }
      .failure {
        color: var(--warn);
        font-size: var(--size-s);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) campaignId = '';
  @state() private opened: string | undefined;
  private readonly list = new PagedList<CampaignImport>(
    this,
    async (cursor, signal) => this.app?.api.campaigns.imports.query({ id: this.campaignId, cursor }, { signal }),
    (row) => row.import_id,
  );

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !(changed.has('app') || changed.has('campaignId'))) return;
    this.list.clear();
    this.list.first.follow(this.app.changes, ['campaigns']);
  }

  private open(row: CampaignImport): void {
    this.opened = row.import_id;
  }

  private renderRow(app: AppContext, row: CampaignImport): TemplateResult {
    return html`<tr class="link" @click=${(event: Event) => isRowClick(event) && this.open(row)}>
      <td>
        <button class="open" type="button" @click=${() => this.open(row)}>
          <cqa-time .at=${row.created_at} .zone=${app.zone}></cqa-time>
        </button>
      </td>
      <td class="break">${row.created_by}</td>
      <td><cqa-status .words=${importWords[row.state]}></cqa-status></td>
      <td class="break">
        ${filesInWords(row)}
        ${row.failure ? html`<br /><span class="failure break">${row.failure.message}</span>` : nothing}
      </td>
    </tr>`;
  }

  private renderTable(app: AppContext, rows: CampaignImport[]): TemplateResult {
    return html`<div class="table-box" role="region" aria-label="Imports" tabindex="0">
        <table>
          <thead>
            <tr>
              <th>Begun</th>
              <th>By</th>
              <th>State</th>
              <th>Recordings</th>
            </tr>
          </thead>
          <tbody>
            ${repeat(
              rows,
              (row) => row.import_id,
              (row) => this.renderRow(app, row),
            )}
          </tbody>
        </table>
      </div>
      ${showMore(this.list)}`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { rows, problem, first } = this.list;
    if (rows?.length === 0) return nothing;
    return html`<section aria-labelledby="imports">
      <h2 id="imports">Imports so far</h2>
      <cqa-problem what="The imports could not be loaded" .problem=${problem} .again=${first.load}></cqa-problem>
      ${rows ? this.renderTable(app, rows) : problem ? nothing : html`<cqa-loading lines="2" label="Loading imports"></cqa-loading>`}
      ${
        this.opened
          ? html`<cqa-campaign-import-dialog
            .app=${app}
            .importId=${this.opened}
            @close=${() => {
              this.opened = undefined;
            }}
          ></cqa-campaign-import-dialog>`
          : nothing
      }
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-campaign-imports': CampaignImportsElement;
  }
}
