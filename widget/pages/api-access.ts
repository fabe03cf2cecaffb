import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { activeKeysMost } from '../../shared/api-key.ts';
import type { ApiAccess, ApiKey } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { isOtherQuery } from '../app/routes.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { curlOf } from '../words/curl.ts';
import '../parts/copy.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import './api-address.ts';
import './api-key-dialog.ts';
import './api-key-revocation.ts';
import './api-keys.ts';
import './webhooks.ts';

type Dialog = { kind: 'generate' } | { kind: 'rotate' | 'revoke'; key: ApiKey };

/** API Access: what a program needs to call the Standard API, its keys, and what our webhooks told its server. */
@customElement('cqa-api-access')
export class ApiAccessElement extends LitElement {
  static override styles = [
    base,
    controls,
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
      .reason {
        font-size: var(--size-s);
        color: var(--text-soft);
        max-width: 52ch;
      }
      pre {
        margin: var(--space-3) 0 var(--space-2);
        padding: var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        background: var(--surface-sunken);
        color: var(--text);
        font-family: var(--font-mono);
        font-size: var(--size-xs);
        text-align: left;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .head > h2 {
        margin-right: auto;
      }
      @media (max-width: 640px) {
        .reason {
          order: 1;
        }
      }
      .curl {
        display: grid;
        justify-items: center;
      }
      .curl > .button {
        margin: var(--space-4) 0;
      }
      .curl > pre {
        margin-top: var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false, hasChanged: isOtherQuery }) query = new URLSearchParams();
  @state() private dialog: Dialog | undefined;
  private readonly access = new Resource(this, async (signal) =>
    this.app?.api.apiKeys.list.query(undefined, { signal }),
  );

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !changed.has('app')) return;
    this.access.clear();
    // Nothing is announced of keys themselves; this reads them again when the connection was lost for a while.
    this.access.follow(this.app.changes, []);
  }

  private readonly closeDialog = (): void => {
    this.dialog = undefined;
    void this.access.load();
  };

  private readonly generate = (): void => {
    this.dialog = { kind: 'generate' };
  };

  private renderGenerate({ keys }: ApiAccess): TemplateResult {
    const isFull = keys.filter(({ status }) => status === 'active').length >= activeKeysMost;
    return html`${
      isFull
        ? html`<span class="reason" id="full"
            >Two keys are active, which is the most there may be. Revoke one that is no longer used, or rotate it.</span
          >`
        : nothing
    }
      <button
        class="button primary"
        type="button"
        ?disabled=${isFull}
        aria-describedby=${isFull ? 'full' : nothing}
        @click=${this.generate}
      >
        ${icon('plus', 16)} Generate API key
      </button>`;
  }

  private renderEmpty(access: ApiAccess): TemplateResult {
    const line = curlOf(access.base_url);
    return html`<cqa-empty icon="key" heading="No API key yet">
      With a key, a program of yours sends interactions and fetches what the analysis found.
      <div class="curl">
        <button class="button primary" type="button" @click=${this.generate}>
          ${icon('plus', 16)} Generate API key
        </button>
        <p>Then try it, with the key in <code>CQA_KEY</code>:</p>
        <pre tabindex="0">${line.replace(access.account_id, access.masked_account_id)}</pre>
        <cqa-copy .text=${line} label="Copy this line"></cqa-copy>
      </div>
    </cqa-empty>`;
  }

  private renderKeys(app: AppContext, access: ApiAccess): TemplateResult {
    if (access.keys.length === 0) return this.renderEmpty(access);
    return html`<section aria-labelledby="keys">
      <div class="head">
        <h2 id="keys">API keys</h2>
        ${this.renderGenerate(access)}
      </div>
      <cqa-api-keys
        .app=${app}
        .keys=${access.keys}
        @rotate=${(event: CustomEvent<ApiKey>) => {
          this.dialog = { kind: 'rotate', key: event.detail };
        }}
        @revoke=${(event: CustomEvent<ApiKey>) => {
          this.dialog = { kind: 'revoke', key: event.detail };
        }}
      ></cqa-api-keys>
    </section>`;
  }

  private renderDialog(app: AppContext): TemplateResult | typeof nothing {
    const dialog = this.dialog;
    if (!dialog) return nothing;
    if (dialog.kind === 'revoke')
      return html`<cqa-api-key-revocation
        .app=${app}
        .key=${dialog.key}
        @close=${this.closeDialog}
      ></cqa-api-key-revocation>`;
    const rotated = dialog.kind === 'rotate' ? dialog.key : undefined;
    return html`<cqa-api-key-dialog .app=${app} .rotated=${rotated} @close=${this.closeDialog}></cqa-api-key-dialog>`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { value, problem, load } = this.access;
    return html`<div class="stack">
        <p class="lead">
          Programs of yours send interactions to CQA and fetch the results over the Standard API, with a key from here.
        </p>
        <cqa-problem what="API access could not be loaded" .problem=${problem} .again=${load}></cqa-problem>
        ${
          value
            ? html`<cqa-api-address .access=${value}></cqa-api-address>
              ${this.renderKeys(app, value)}
              <cqa-webhooks .app=${app} .query=${this.query} .isOn=${value.webhooks_enabled}></cqa-webhooks>`
            : problem
              ? nothing
              : html`<cqa-loading lines="4" label="Loading API access"></cqa-loading>`
        }
      </div>
      ${this.renderDialog(app)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-api-access': ApiAccessElement;
  }
}
