import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { WebhookState, WebhooksPage } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { isRowClick } from '../app/links.ts';
import { PagedList } from '../app/paged-list.ts';
import { isOtherQuery, withQuery } from '../app/routes.ts';
import { showMore } from '../parts/show-more.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { count } from '../words/numbers.ts';
import { deliveryWords, eventWord } from '../words/status.ts';
import { exactInstant, secondInZone } from '../words/time.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import './webhook-dialog.ts';

type Row = WebhooksPage['rows'][number];

const states = Object.keys(deliveryWords) as WebhookState[];

/** What was told to the callback addresses of interactions, newest first. The filter stands in the address. */
@customElement('cqa-webhooks')
export class WebhooksElement extends LitElement {
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
        margin-bottom: var(--space-3);
      }
      .head label {
        display: flex;
        align-items: center;
        gap: 6px;
        font-size: var(--size-s);
        color: var(--text-soft);
      }
      .off {
        margin-bottom: var(--space-3);
        color: var(--warn);
        font-weight: 550;
      }
      td.url {
        min-width: 120px;
        max-width: 240px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .open {
        padding: 0;
        border: 0;
        background: none;
        color: var(--accent);
        font: inherit;
        text-align: left;
        white-space: nowrap;
        cursor: pointer;
      }
      .open:hover {
        color: var(--accent-strong);
        text-decoration: underline;
        text-underline-offset: 2px;
      }
      .answer {
        min-width: 110px;
        max-width: 220px;
      }
      .error {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
        overflow-wrap: anywhere;
      }
      time {
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
      }
      @container (max-width: 1040px) {
        td.url {
          max-width: 150px;
        }
        time {
          display: inline-block;
          min-width: 84px;
          white-space: normal;
        }
      }
      @container (max-width: 880px) {
        td.url {
          max-width: 120px;
        }
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false, hasChanged: isOtherQuery }) query = new URLSearchParams();
  @property({ attribute: false }) isOn = true;
  @state() private opened: string | undefined;
  /** There is something to filter; it stays while the list loads again. */
  private hasFilter = false;
  private readonly list = new PagedList<Row>(
    this,
    async (cursor, signal) => this.app?.api.webhooks.list.query({ state: this.filter, cursor }, { signal }),
    (row) => row.uid,
  );

  private get filter(): WebhookState | undefined {
    return states.find((name) => name === this.query.get('webhooks'));
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (this.app && (changed.has('app') || changed.has('query'))) {
      this.list.clear();
      this.list.first.follow(this.app.changes, ['webhooks']);
    }
    const { rows } = this.list;
    if (this.filter) this.hasFilter = true;
    else if (rows) this.hasFilter = rows.length > 0;
  }

  private readonly choose = (event: Event): void => {
    const webhooks = (event.target as HTMLSelectElement).value;
    this.app?.go(withQuery('/api-access', { webhooks }), 'replace');
  };

  private open(uid: string): void {
    this.opened = uid;
  }

  private readonly close = (): void => {
    this.opened = undefined;
  };

  private renderAnswer({ last_status: status, last_error: error }: Row): TemplateResult {
    if (status !== null) return html`<span class="strong">${status}</span>`;
    if (!error) return html`<span class="soft">–</span>`;
    return html`No answer<span class="soft error">${error}</span>`;
  }

  private renderInteraction(app: AppContext, row: Row): TemplateResult {
    if (!row.interaction_id) return html`<span class="soft">–</span>`;
    return html`<a data-page href=${app.href(`/interactions/${row.interaction_id}`)}
      >${row.external_id ?? row.interaction_id}</a
    >`;
  }

  private renderRow(app: AppContext, row: Row): TemplateResult {
    return html`<tr class="link" @click=${(event: Event) => isRowClick(event) && this.open(row.uid)}>
      <td>
        <button
          class="open"
          type="button"
          aria-haspopup="dialog"
          title=${row.event}
          @click=${() => this.open(row.uid)}
        >
          ${eventWord(row.event)}
        </button>
      </td>
      <td class="break">${this.renderInteraction(app, row)}</td>
      <td class="url" title=${row.url}>${row.url}</td>
      <td><cqa-status .words=${deliveryWords[row.state]}></cqa-status></td>
      <td class="answer">${this.renderAnswer(row)}</td>
      <td class="number">${count(row.attempts)}</td>
      <td>
        <time datetime=${new Date(row.created_at).toISOString()} title=${exactInstant(row.created_at, app.zone)}
          >${secondInZone(row.created_at, app.zone)}</time
        >
      </td>
    </tr>`;
  }

  private renderTable(app: AppContext, rows: readonly Row[]): TemplateResult {
    return html`<div class="table-box" role="region" aria-label="Webhooks" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>Event</th>
            <th>Interaction</th>
            <th>URL</th>
            <th>State</th>
            <th>Last answer</th>
            <th class="number">Attempts</th>
            <th>When</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            rows,
            (row) => row.uid,
            (row) => this.renderRow(app, row),
          )}
        </tbody>
      </table>
    </div>`;
  }

  private renderEmpty(): TemplateResult {
    if (this.filter)
      return html`<cqa-empty icon="search" heading="No webhook is in this state">
        <button slot="action" class="button" @click=${() => this.app?.go('/api-access', 'replace')}>Show all</button>
      </cqa-empty>`;
    return html`<cqa-empty icon="plug" heading="No webhook was sent yet">
      Give an interaction a <code>callback_url</code> when you send it, and your server is told there what becomes of it.
      Every call to it, with its answer, will stand here.
    </cqa-empty>`;
  }

  private renderFilter(): TemplateResult {
    return html`<label
      >State
      <select class="input compact" @change=${this.choose}>
        <option value="" .selected=${!this.filter}>All</option>
        ${states.map(
          (name) => html`<option value=${name} .selected=${name === this.filter}>${deliveryWords[name].word}</option>`,
        )}
      </select>
    </label>`;
  }

  private renderList(app: AppContext): TemplateResult {
    const { rows, problem, first } = this.list;
    if (!rows && problem)
      return html`<cqa-problem what="The webhooks could not be loaded" .problem=${problem} .again=${first.load}></cqa-problem>`;
    if (!rows) return html`<cqa-loading lines="2" label="Loading the webhooks"></cqa-loading>`;
    if (rows.length === 0) return this.renderEmpty();
    return html`<cqa-problem .problem=${problem} .again=${first.load}></cqa-problem>
      ${this.renderTable(app, rows)}
      ${showMore(this.list, 'Load more')}`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    return html`<section aria-labelledby="webhooks">
        <div class="head">
          <h2 id="webhooks" class="grow">Webhooks</h2>
          ${this.hasFilter ? this.renderFilter() : nothing}
        </div>
        ${this.isOn ? nothing : html`<p class="off">Webhooks are switched off for this account: nothing is sent.</p>`}
        ${this.renderList(app)}
      </section>
      ${
        this.opened
          ? html`<cqa-webhook-dialog .app=${app} .uid=${this.opened} @close=${this.close}></cqa-webhook-dialog>`
          : nothing
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-webhooks': WebhooksElement;
  }
}
