import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ApiKey } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { apiKeyWords, scopeWords } from '../words/status.ts';
import '../parts/copy.ts';
import '../parts/status.ts';
import '../parts/time.ts';

/**
 * The account's keys, masked. Those that have ended stay, so that a key found somewhere can be told by its letters.
 * @fires rotate - with the key
 * @fires revoke - with the key
 */
@customElement('cqa-api-keys')
export class ApiKeysElement extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    css`
      .ended > td:not(.state) {
        color: var(--text-soft);
      }
      code {
        white-space: nowrap;
      }
      td.name {
        min-width: 150px;
      }
      .uid {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px var(--space-2);
        margin-top: 4px;
        font-weight: 400;
        color: var(--text-soft);
      }
      .uid > code {
        font-size: var(--size-xs);
        white-space: normal;
        overflow-wrap: anywhere;
      }
      /* One below the other, so that the end of a key still fits a frame of 900 pixels. */
      @container (max-width: 880px) {
        td.name {
          min-width: 116px;
        }
        td.actions {
          white-space: normal;
        }
        td.actions .button {
          width: 72px;
          margin-bottom: 4px;
        }
        th.actions {
          width: 88px;
        }
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) keys: ApiKey[] = [];

  private ask(name: 'rotate' | 'revoke', key: ApiKey): void {
    this.dispatchEvent(new CustomEvent(name, { detail: key }));
  }

  private renderEnd(app: AppContext, key: ApiKey): TemplateResult {
    if (key.status === 'revoked') return html`<span class="soft">–</span>`;
    const at = key.retires_at ?? key.expires_at;
    return at ? html`<cqa-time .at=${at} .zone=${app.zone}></cqa-time>` : html`<span class="soft">Never</span>`;
  }

  private renderActions(key: ApiKey): TemplateResult | typeof nothing {
    if (key.status !== 'active' && key.status !== 'retiring') return nothing;
    return html`${
      key.status === 'active'
        ? html`<button
            class="button small"
            type="button"
            aria-label="Rotate ${key.name}"
            @click=${() => this.ask('rotate', key)}
          >
            Rotate
          </button>`
        : nothing
    }
      <button
        class="button small"
        type="button"
        aria-label="Revoke ${key.name}"
        @click=${() => this.ask('revoke', key)}
      >
        Revoke
      </button>`;
  }

  private renderRow(app: AppContext, key: ApiKey): TemplateResult {
    const isEnded = key.status === 'expired' || key.status === 'revoked';
    return html`<tr class=${isEnded ? 'ended' : ''}>
      <td class="name">
        <span class="strong break">${key.name}</span>
        <div class="uid" title="Key id: the client_id for /oauth/token, and X-CQA-Key-Id in webhooks">
          <code>${key.uid}</code><cqa-copy .text=${key.uid} label="Copy id"></cqa-copy>
        </div>
      </td>
      <td class="state"><cqa-status .words=${apiKeyWords[key.status]}></cqa-status></td>
      <td>
        <code>${key.masked_key}</code><br />
        <span class="soft">${key.scopes.map((scope) => scopeWords[scope].word).join(', ')}</span>
      </td>
      <td>
        <cqa-time .at=${key.created_at} .zone=${app.zone}></cqa-time><br />
        <span class="soft break">by ${key.created_by}</span>
      </td>
      <td>
        ${
          key.last_used_at
            ? html`<cqa-time relative .at=${key.last_used_at} .zone=${app.zone}></cqa-time>`
            : html`<span class="soft">Never</span>`
        }
      </td>
      <td>${this.renderEnd(app, key)}</td>
      <td class="actions">${this.renderActions(key)}</td>
    </tr>`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    return html`<div class="table-box" role="region" aria-label="API keys" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th>Status</th>
            <th>Key and scopes</th>
            <th>Created</th>
            <th>Last used</th>
            <th>Ends</th>
            <th class="actions"><span class="visually-hidden">What can be done</span></th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            this.keys,
            (key) => key.uid,
            (key) => this.renderRow(app, key),
          )}
        </tbody>
      </table>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-api-keys': ApiKeysElement;
  }
}
