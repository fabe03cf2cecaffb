import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { User, UserChoices } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { base } from '../style/base.ts';
import { controls, tables } from '../style/controls.ts';
import { rowBlocks } from '../style/row-blocks.ts';
import { addressWords, roleWords, signInWords } from '../words/user.ts';
import '../parts/status.ts';
import '../parts/time.ts';

/**
 * The account's users, those who are disabled too.
 * @fires edit - with the user
 * @fires invite - with the user
 */
@customElement('cqa-users-table')
export class UsersTableElement extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    rowBlocks,
    css`
      td.who {
        min-width: 168px;
      }
      td.scope {
        min-width: 120px;
        max-width: 280px;
      }
      .disabled > td.who,
      .disabled > td.scope {
        color: var(--text-soft);
      }
      .short {
        display: none;
      }
      @container (max-width: 880px) {
        td.actions {
          white-space: normal;
        }
        td.actions .button {
          width: 118px;
          margin-bottom: 4px;
        }
        th.actions {
          width: 134px;
        }
      }
      @container (max-width: 560px) {
        tbody tr {
          grid-template-columns: auto minmax(0, 1fr);
          gap: var(--space-2) var(--space-3);
        }
        td.who,
        td.scope,
        td.seen,
        td.actions {
          grid-column: 1 / -1;
          max-width: none;
        }
        tbody tr td.actions {
          padding: 0;
          text-align: left;
        }
        .short {
          display: inline;
        }
        td.actions .button {
          width: auto;
          margin: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) users: readonly User[] = [];
  @property({ attribute: false }) campaigns: UserChoices['campaigns'] = [];
  /** The account's own mail domains. */
  @property({ attribute: false }) domains: readonly string[] = [];

  private ask(what: 'edit' | 'invite', user: User): void {
    this.dispatchEvent(new CustomEvent(what, { detail: user }));
  }

  private renderScope({ role, teams, campaigns }: User): TemplateResult {
    const { word } = roleWords[role];
    if (role !== 'supervisor') return html`${word}`;
    const names = new Map(this.campaigns.map(({ id, name }) => [id, name]));
    const bounds = [...teams, ...campaigns.map((id) => names.get(id) ?? id)];
    const words = bounds.length > 0 ? bounds.join(', ') : 'No team and no campaign, so sees nothing';
    return html`${word}<br /><span class="soft break">${words}</span>`;
  }

  private renderActions(user: User): TemplateResult {
    const action = user.has_password ? 'New password' : 'Sign-in link';
    return html`<button
        class="button small"
        type="button"
        aria-label="Edit ${user.email}"
        @click=${() => this.ask('edit', user)}
      >
        Edit
      </button>
      ${
        user.is_enabled
          ? html`<button
            class="button small"
            type="button"
            aria-label="${action} for ${user.email}"
            @click=${() => this.ask('invite', user)}
          >
            ${action}
          </button>`
          : nothing
      }`;
  }

  private renderRow(app: AppContext, user: User): TemplateResult {
    const { email, name, last_seen_at: seenAt } = user;
    const isOwn = user.uid === app.me.user.user_id;
    return html`<tr role="row" class=${user.is_enabled ? '' : 'disabled'}>
      <td role="cell" class="who">
        <span class="strong break">${name ?? email}</span>${isOwn ? html` <span class="soft">(you)</span>` : nothing}
        ${name === null ? nothing : html`<br /><span class="soft break">${email}</span>`}
      </td>
      <td role="cell" class="scope">${this.renderScope(user)}</td>
      <td role="cell">
        <cqa-status .words=${signInWords(user)}></cqa-status>
        ${
          user.invited_until
            ? html`<br /><span class="soft"
                >${user.has_password ? 'New-password link until' : 'until'} <cqa-time .at=${user.invited_until} .zone=${app.zone}></cqa-time></span>`
            : nothing
        }
      </td>
      <td role="cell"><cqa-status .words=${addressWords(user, this.domains)}></cqa-status></td>
      <td role="cell" class="seen">
        <span class="short soft">Last seen:</span>
        ${seenAt ? html`<cqa-time relative .at=${seenAt} .zone=${app.zone}></cqa-time>` : html`<span class="soft">Never</span>`}
      </td>
      <td role="cell" class="actions">${this.renderActions(user)}</td>
    </tr>`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    return html`<div class="table-box" role="region" aria-label="Users" tabindex="0">
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader">User</th>
            <th role="columnheader">Role and what they see</th>
            <th role="columnheader">Sign-in</th>
            <th role="columnheader">Address</th>
            <th role="columnheader">Last seen</th>
            <th role="columnheader" class="actions"><span class="visually-hidden">What can be done</span></th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${repeat(
            this.users,
            (user) => user.uid,
            (user) => this.renderRow(app, user),
          )}
        </tbody>
      </table>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-users-table': UsersTableElement;
  }
}
