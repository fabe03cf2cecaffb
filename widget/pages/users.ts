import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { User } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Resource } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { counted } from '../words/numbers.ts';
import '../parts/empty.ts';
import '../parts/loading.ts';
import '../parts/problem.ts';
import './mail-domains.ts';
import './user-dialog.ts';
import './user-invitation.ts';
import './users-table.ts';

type Dialog = { kind: 'user'; user: User | undefined } | { kind: 'invitation'; uid: string };

/** Settings → who is of the account, what each of them sees, how they sign in, where reports may be mailed. */
@customElement('cqa-users')
export class UsersElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-3);
      }
      .lead {
        flex: 1 1 320px;
        max-width: 72ch;
        margin-right: auto;
        color: var(--text-soft);
      }
      cqa-mail-domains {
        margin-top: var(--space-4);
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @state() private dialog: Dialog | undefined;
  @state() private domains: string[] = [];
  private readonly users = new Resource(this, async (signal) => this.app?.api.users.list.query(undefined, { signal }));
  private readonly choices = new Resource(this, async (signal) =>
    this.app?.api.users.choices.query(undefined, { signal }),
  );

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('app') && this.app?.me.user.role === 'admin') void this.load();
  }

  private readonly load = async (): Promise<void> => {
    await Promise.all([this.users.load(), this.choices.load()]);
  };

  private readonly close = (): void => {
    this.dialog = undefined;
  };

  /** Whoever has just been made needs a way to sign in. What was changed of oneself holds at once: the page begins anew. */
  private async saved(uid: string, isNew: boolean): Promise<void> {
    if (uid === this.app?.me.user.user_id) {
      location.reload();
      return;
    }
    this.app?.say(isNew ? 'The user is created.' : 'Saved.');
    await this.load();
    this.dialog = isNew ? { kind: 'invitation', uid } : undefined;
  }

  private renderDialog(app: AppContext): TemplateResult | typeof nothing {
    const dialog = this.dialog;
    if (dialog?.kind === 'user')
      return html`<cqa-user-dialog
        .app=${app}
        .user=${dialog.user}
        .choices=${this.choices.value}
        @saved=${(event: CustomEvent<string>) => this.saved(event.detail, dialog.user === undefined)}
        @close=${this.close}
      ></cqa-user-dialog>`;
    if (dialog?.kind === 'invitation')
      return html`<cqa-user-invitation
        .app=${app}
        .user=${this.users.value?.find((user) => user.uid === dialog.uid)}
        .canMail=${this.choices.value?.can_mail ?? false}
        @invited=${this.load}
        @close=${this.close}
      ></cqa-user-invitation>`;
    return nothing;
  }

  private renderList(app: AppContext): TemplateResult {
    const { value, problem, load } = this.users;
    if (!value && problem)
      return html`<cqa-problem what="The users could not be loaded" .problem=${problem} .again=${load}></cqa-problem>`;
    if (!value) return html`<cqa-loading lines="4" label="Loading the users"></cqa-loading>`;
    return html`<cqa-problem .problem=${problem ?? this.choices.problem} .again=${this.load}></cqa-problem>
      <cqa-users-table
        .app=${app}
        .users=${value}
        .campaigns=${this.choices.value?.campaigns ?? []}
        .domains=${this.domains}
        @edit=${(event: CustomEvent<User>) => {
          this.dialog = { kind: 'user', user: event.detail };
        }}
        @invite=${(event: CustomEvent<User>) => {
          this.dialog = { kind: 'invitation', uid: event.detail.uid };
        }}
      ></cqa-users-table>`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    if (app.me.user.role !== 'admin')
      return html`<cqa-empty icon="lock" heading="For admins only">
        Users and what they see are kept by the admins of your account. Ask one of them.
        <a slot="action" class="button primary" data-page href=${app.href('/my-account')}>Open my account</a>
      </cqa-empty>`;
    const { value } = this.users;
    return html`<div class="stack">
        <div class="head">
          <p class="lead">
            Who may use the console. Admins see everything, supervisors their teams and campaigns, agents the
            interactions that carry their address as <code>agent_email</code>.
          </p>
          ${value ? html`<span class="soft small">${counted(value.length, 'user')}</span>` : nothing}
          <button
            class="button primary"
            type="button"
            ?disabled=${!value}
            @click=${() => {
              this.dialog = { kind: 'user', user: undefined };
            }}
          >
            ${icon('plus', 16)} New user
          </button>
        </div>
        ${this.renderList(app)}
        <cqa-mail-domains
          .app=${app}
          .canMail=${this.choices.value?.can_mail ?? true}
          @domains=${(event: CustomEvent<string[]>) => {
            this.domains = event.detail;
          }}
        ></cqa-mail-domains>
      </div>
      ${this.renderDialog(app)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-users': UsersElement;
  }
}
