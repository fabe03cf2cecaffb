import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Campaigns } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { isRowClick } from '../app/links.ts';
import { Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { importWords } from '../words/campaign.ts';
import { count } from '../words/numbers.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import '../parts/time.ts';
import './campaign-dialog.ts';

type Row = Campaigns['campaigns'][number];

/** The campaigns that this person may see, with how many conversations each has. */
@customElement('cqa-campaigns')
export class CampaignsElement extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-4);
        align-items: center;
        margin-bottom: var(--space-4);
      }
      .lead {
        flex: 1 1 280px;
        max-width: 72ch;
        color: var(--text-soft);
      }
      .head > .button {
        margin-left: auto;
      }
      cqa-problem {
        margin-bottom: var(--space-4);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @state() private isNew = false;
  private readonly campaigns = new Resource(this, async (signal) =>
    this.app?.api.campaigns.list.query(undefined, { signal }),
  );
  /** Asked for by itself: counting a large account takes longer than showing the list. */
  private readonly counts = new Resource(this, async (signal) =>
    this.app?.api.campaigns.counts.query(undefined, { signal }),
  );

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !changed.has('app')) return;
    for (const resource of [this.campaigns, this.counts]) resource.clear();
    this.campaigns.follow(this.app.changes, ['campaigns']);
    this.counts.follow(this.app.changes, ['campaigns', 'analyses']);
  }

  private readonly open = (): void => {
    this.isNew = true;
  };

  private readonly close = (): void => {
    this.isNew = false;
  };

  private readonly saved = ({ detail: id }: CustomEvent<string>): void => {
    this.close();
    this.app?.go(`/campaigns/${id}`);
  };

  private renderNew(): TemplateResult {
    return html`<button class="button primary" type="button" @click=${this.open}>
      ${icon('plus', 16)} New campaign
    </button>`;
  }

  private renderCount(id: string, name: 'interactions' | 'analysed' | 'failed' | 'waiting'): TemplateResult {
    const { value, problem } = this.counts;
    if (!value) return html`<span class="soft">${problem ? '?' : '…'}</span>`;
    return html`${count(value.counts[id]?.[name] ?? 0)}`;
  }

  private renderRow(app: AppContext, row: Row): TemplateResult {
    const address = `/campaigns/${row.id}`;
    const { last_import: last } = row;
    return html`<tr class="link" @click=${(event: Event) => isRowClick(event) && app.go(address)}>
      <td class="break">
        <a class="strong" data-page href=${app.href(address)}>${row.name}</a>
        ${row.description ? html`<br /><span class="soft">${row.description}</span>` : nothing}
      </td>
      <td class="number">${this.renderCount(row.id, 'interactions')}</td>
      <td class="number">${this.renderCount(row.id, 'analysed')}</td>
      <td class="number">${this.renderCount(row.id, 'waiting')}</td>
      <td class="number">${this.renderCount(row.id, 'failed')}</td>
      <td>
        ${
          last
            ? html`<cqa-time relative .at=${last.created_at} .zone=${app.zone}></cqa-time>
              <cqa-status .words=${importWords[last.state]}></cqa-status>`
            : html`<span class="soft">None</span>`
        }
      </td>
    </tr>`;
  }

  private renderTable(app: AppContext, rows: Row[]): TemplateResult {
    return html`<div class="table-box" role="region" aria-label="Campaigns" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>Campaign</th>
            <th class="number">Conversations</th>
            <th class="number">Analysed</th>
            <th class="number">Waiting</th>
            <th class="number">Failed</th>
            <th>Last import</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            rows,
            (row) => row.id,
            (row) => this.renderRow(app, row),
          )}
        </tbody>
      </table>
    </div>`;
  }

  private renderEmpty({ may_edit }: Campaigns): TemplateResult {
    if (!may_edit)
      return html`<cqa-empty icon="campaign" heading="No campaign is yours yet">
        An admin of your account decides which campaigns you see.
      </cqa-empty>`;
    return html`<cqa-empty icon="campaign" heading="No campaign yet">
      A campaign gathers conversations that belong together. Make one, then drop recordings on its page to import them.
      <span slot="action">${this.renderNew()}</span>
    </cqa-empty>`;
  }

  private renderList(app: AppContext): TemplateResult {
    const { value, problem, load } = this.campaigns;
    if (!value && problem)
      return html`<cqa-problem what="The campaigns could not be loaded" .problem=${problem} .again=${load}></cqa-problem>`;
    if (!value) return html`<cqa-loading label="Loading campaigns"></cqa-loading>`;
    if (value.campaigns.length === 0) return this.renderEmpty(value);
    return html`<cqa-problem .problem=${problem} .again=${load}></cqa-problem>
      <div class="head">
        <p class="lead">Conversations that belong together. Open a campaign to import calls into it.</p>
        ${value.may_edit ? this.renderNew() : nothing}
      </div>
      ${this.renderTable(app, value.campaigns)}
      <cqa-problem what="The conversations could not be counted" .problem=${this.counts.problem} .again=${this.counts.load}></cqa-problem>`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    return html`${this.renderList(app)}
    ${
      this.isNew
        ? html`<cqa-campaign-dialog .app=${app} @close=${this.close} @saved=${this.saved}></cqa-campaign-dialog>`
        : nothing
    }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-campaigns': CampaignsElement;
  }
}
