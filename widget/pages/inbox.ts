import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { ShownError } from '../api/problem.ts';
import type { Connector, InboxOverview } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { inboxServerWords } from '../words/inbox.ts';
import { fileTable, loginTable, sessionTable } from './inbox-tables.ts';
import '../parts/copy.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import '../parts/status.ts';
import './connector-dialog.ts';
import './connector-removal.ts';

/** Arrivals are not announced one by one; while the page is looked at, it looks. */
const lookMs = 3000;

type Dialog = { kind: 'change' | 'delete'; connector: Connector };

/** Inbox: the SFTP logins that senders push to, the files as they arrive, and the last sessions. */
@customElement('cqa-inbox')
export class InboxElement extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    css`
      .lead {
        max-width: 72ch;
        color: var(--text-soft);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-4);
        align-items: center;
        margin-bottom: var(--space-3);
      }
      .head > h2 {
        margin-right: auto;
      }
      .server {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: var(--space-2) var(--space-4);
        margin: 0;
      }
      .server dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      progress {
        display: block;
        width: 100%;
        min-width: 96px;
        height: 6px;
        margin-top: 4px;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @state() private dialog: Dialog | undefined;
  private looking: ReturnType<typeof setInterval> | undefined;
  private readonly overview = new Resource(this, async (signal) =>
    this.app?.api.inbox.overview.query(undefined, { signal }),
  );
  private readonly opening = new Action(this);

  override connectedCallback(): void {
    super.connectedCallback();
    this.looking = setInterval(() => {
      if (!document.hidden && !this.overview.isLoading) void this.overview.load();
    }, lookMs);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.looking);
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !changed.has('app')) return;
    this.overview.clear();
    this.overview.follow(this.app.changes, ['connectors']);
  }

  private readonly closeDialog = (): void => {
    this.dialog = undefined;
    void this.overview.load();
  };

  private readonly create = (): void => {
    const detail = { direction: 'import' } as const;
    this.dispatchEvent(new CustomEvent('new-connector', { bubbles: true, composed: true, detail }));
  };

  private open(kind: Dialog['kind'], uid: string): Promise<boolean> {
    return this.opening.run(async () => {
      const connectors = await this.app?.api.connectors.list.query({ direction: 'import' });
      const connector = connectors?.find((candidate) => candidate.uid === uid);
      if (!connector) throw new ShownError('This inbox is not there any more: somebody has deleted it meanwhile.');
      this.dialog = { kind, connector };
    });
  }

  private renderServer({ server }: InboxOverview): TemplateResult {
    return html`<section aria-labelledby="server">
      <div class="head">
        <h2 id="server">What senders connect to</h2>
        <cqa-status .words=${inboxServerWords[server.is_up ? 'up' : 'down']}></cqa-status>
      </div>
      <dl class="server">
        <dt>Host</dt>
        <dd><code>${server.host}</code>, port <code>${server.port}</code>, protocol SFTP</dd>
        <dt>Host key</dt>
        <dd>
          <code>${server.host_key}</code> <cqa-copy .text=${server.host_key} label="Copy host key"></cqa-copy>
        </dd>
      </dl>
    </section>`;
  }

  private renderLogins(app: AppContext, { inboxes }: InboxOverview): TemplateResult {
    if (inboxes.length === 0)
      return html`<cqa-empty icon="server" heading="No inbox yet">
        An inbox is an SFTP login on our side. Give it to whoever sends you calls: what they upload is imported at once.
        <button slot="action" class="button primary" type="button" @click=${this.create}>
          ${icon('plus', 16)} New inbox
        </button>
      </cqa-empty>`;
    const on = {
      edit: (uid: string) => void this.open('change', uid),
      remove: (uid: string) => void this.open('delete', uid),
    };
    return html`<section aria-labelledby="logins">
      <div class="head">
        <h2 id="logins">Logins</h2>
        <button class="button primary" type="button" @click=${this.create}>${icon('plus', 16)} New inbox</button>
      </div>
      <cqa-problem what="The inbox could not be opened" .problem=${this.opening.problem}></cqa-problem>
      ${loginTable(app, inboxes, { ...on, isBusy: this.opening.isBusy })}
    </section>`;
  }

  private renderPast(app: AppContext, { files, sessions, inboxes }: InboxOverview): TemplateResult | typeof nothing {
    if (inboxes.length === 0 && sessions.length === 0) return nothing;
    return html`<section aria-labelledby="files">
        <div class="head"><h2 id="files">Files as they arrive</h2></div>
        ${files.length > 0 ? fileTable(app, files) : html`<p class="lead">Nothing was uploaded yet.</p>`}
      </section>
      <section aria-labelledby="sessions">
        <div class="head"><h2 id="sessions">Last sessions</h2></div>
        ${sessions.length > 0 ? sessionTable(app, sessions) : html`<p class="lead">Nobody has signed in yet.</p>`}
      </section>`;
  }

  private renderDialog(app: AppContext): TemplateResult | typeof nothing {
    const dialog = this.dialog;
    if (!dialog) return nothing;
    if (dialog.kind === 'delete')
      return html`<cqa-connector-removal
        .app=${app}
        .connector=${dialog.connector}
        @close=${this.closeDialog}
      ></cqa-connector-removal>`;
    return html`<cqa-connector-dialog
      .app=${app}
      .connector=${dialog.connector}
      @close=${this.closeDialog}
    ></cqa-connector-dialog>`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { value, problem, load } = this.overview;
    return html`<div class="stack">
        <p class="lead">Files that others push to us by SFTP. Each login has a folder of its own and is a connector.</p>
        <cqa-problem what="The inboxes could not be loaded" .problem=${problem} .again=${load}></cqa-problem>
        ${
          value
            ? html`${this.renderServer(value)} ${this.renderLogins(app, value)} ${this.renderPast(app, value)}`
            : problem
              ? nothing
              : html`<cqa-loading lines="4" label="Loading the inboxes"></cqa-loading>`
        }
      </div>
      ${this.renderDialog(app)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-inbox': InboxElement;
  }
}
