import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type Role, roles } from '../../shared/configuration.ts';
import { messageAtField } from '../api/problem.ts';
import type { User, UserChoices } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { isSame } from '../form/values.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { roleWords } from '../words/user.ts';
import { showFirstWrong } from './job-first-wrong.ts';
import {
  missingInUser,
  newUser,
  newUserOf,
  seesNothing,
  type UserDraft,
  userChangeOf,
  userDraftOf,
} from './user-draft.ts';
import '../parts/dialog.ts';
import '../parts/problem.ts';
import './user-bounds.ts';

/**
 * A new user, or what one who is there may see and do.
 * @fires saved - with the user's uid
 * @fires close
 */
@customElement('cqa-user-dialog')
export class UserDialogElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .roles {
        display: grid;
        gap: var(--space-2);
      }
      label.check {
        align-items: flex-start;
      }
      label.check > input {
        margin-top: 2px;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) user: User | undefined;
  @property({ attribute: false }) choices: UserChoices | undefined;
  @state() private draft: UserDraft = newUser();
  @state() private saved: UserDraft = this.draft;
  @state() private missing: Record<string, string> = {};
  private readonly saving = new Action(this);

  override connectedCallback(): void {
    super.connectedCallback();
    this.draft = this.user ? userDraftOf(this.user) : newUser();
    this.saved = this.draft;
  }

  private edit(change: Partial<UserDraft>): void {
    this.draft = { ...this.draft, ...change };
    this.missing = Object.fromEntries(Object.entries(this.missing).filter(([field]) => !(field in change)));
  }

  private readonly submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    this.missing = missingInUser(this.draft);
    if (Object.keys(this.missing).length > 0) return showFirstWrong(this);
    let uid: string | undefined;
    const isDone = await this.saving.run(async () => {
      uid = await this.save();
    });
    if (isDone) this.dispatchEvent(new CustomEvent('saved', { detail: uid }));
    else await showFirstWrong(this);
  };

  private async save(): Promise<string | undefined> {
    const { app, user, draft } = this;
    if (!user) return (await app?.api.users.create.mutate(newUserOf(draft)))?.uid;
    await app?.api.users.update.mutate(userChangeOf(user.uid, draft, this.saved));
    return user.uid;
  }

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  private problemAt(field: string): string | undefined {
    const { problem } = this.saving;
    return this.missing[field] ?? (problem?.field === field ? messageAtField(problem) : undefined);
  }

  private renderText(field: 'email' | 'name', title: string, hint: string): TemplateResult {
    const problem = this.problemAt(field);
    return html`<div class="field">
      <label for=${field}>${title}</label>
      <input
        id=${field}
        class="input"
        type=${field === 'email' ? 'email' : 'text'}
        maxlength=${field === 'email' ? 191 : 120}
        autocomplete="off"
        spellcheck="false"
        aria-invalid=${problem ? 'true' : 'false'}
        aria-describedby="${field}.problem ${field}.hint"
        .value=${this.draft[field]}
        @input=${(event: Event) => this.edit({ [field]: (event.target as HTMLInputElement).value })}
      />
      ${problem ? html`<span id="${field}.problem" class="problem" role="alert">${problem}</span>` : nothing}
      <span id="${field}.hint" class="hint">${hint}</span>
    </div>`;
  }

  private renderRole(role: Role): TemplateResult {
    const { word, sees } = roleWords[role];
    return html`<label class="check">
      <input type="radio" name="role" .checked=${this.draft.role === role} @change=${() => this.edit({ role })} />
      <span><strong>${word}</strong><br /><span class="soft small">${sees}</span></span>
    </label>`;
  }

  private renderBounds({ teams, campaigns }: UserChoices): TemplateResult {
    const { draft } = this;
    return html`<cqa-user-bounds
        heading="Teams"
        other="Another team"
        hint="As they stand in the interactions’ team_name, letter by letter."
        .known=${teams.map((value) => ({ value, title: value }))}
        .chosen=${draft.teams}
        @choose=${(event: CustomEvent<string[]>) => this.edit({ teams: event.detail })}
      ></cqa-user-bounds>
      <cqa-user-bounds
        heading="Campaigns"
        other="Another campaign’s id"
        hint="As they stand in the interactions’ campaign_id."
        .known=${campaigns.map(({ id, name }) => ({ value: id, title: name }))}
        .chosen=${draft.campaigns}
        @choose=${(event: CustomEvent<string[]>) => this.edit({ campaigns: event.detail })}
      ></cqa-user-bounds>
      ${seesNothing(draft) ? renderCaution('Without a team or a campaign a supervisor sees nothing.') : nothing}`;
  }

  private renderEnabled(): TemplateResult {
    return html`<label class="check">
      <input
        type="checkbox"
        .checked=${this.draft.isEnabled}
        @change=${(event: Event) => this.edit({ isEnabled: (event.target as HTMLInputElement).checked })}
      />
      <span>
        <strong>May sign in</strong><br /><span class="soft small"
          >Without it this user is signed out at once and gets no report. What they did stays.</span
        >
      </span>
    </label>`;
  }

  /** An admin may step down while there is another one; the server knows. */
  private renderOwn(): TemplateResult | typeof nothing {
    const { app, user, draft } = this;
    const isOwn = user !== undefined && user.uid === app?.me.user.user_id;
    if (!isOwn || (draft.role === 'admin' && draft.isEnabled)) return nothing;
    return renderCaution('This is you. After saving you cannot undo it yourself: ask another admin.');
  }

  override render() {
    const { user, choices, draft } = this;
    const { problem, isBusy } = this.saving;
    const isAtField = problem?.field === 'email' || problem?.field === 'name';
    return html`<cqa-dialog
      heading=${user ? `Edit ${user.email}` : 'New user'}
      .isChanged=${!isSame(draft, this.saved)}
      @close=${this.close}
    >
      <form class="stack" id="user" novalidate @submit=${this.submit}>
        ${user ? nothing : this.renderText('email', 'E-mail', 'They sign in with it. Later they alone can change it, from My account.')}
        ${this.renderText('name', 'Name', 'Optional; shown beside the address.')}
        <fieldset class="field">
          <legend>Role</legend>
          <div class="roles">${roles.map((role) => this.renderRole(role))}</div>
        </fieldset>
        ${draft.role === 'supervisor' && choices ? this.renderBounds(choices) : nothing}
        ${user ? this.renderEnabled() : nothing} ${this.renderOwn()}
        <cqa-problem .problem=${isAtField ? undefined : problem}></cqa-problem>
      </form>
      <button slot="actions" class="button" type="button" @click=${this.close}>Cancel</button>
      <button slot="actions" class="button primary" type="submit" form="user" ?disabled=${isBusy}>
        ${isBusy ? 'Saving …' : user ? 'Save' : 'Create user'}
      </button>
    </cqa-dialog>`;
  }
}

function renderCaution(words: string): TemplateResult {
  return html`<p class="caution">${icon('warning', 20)}<span>${words}</span></p>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-user-dialog': UserDialogElement;
  }
}
