import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { shortestPassword } from '../../shared/password.ts';
import { messageAtField } from '../api/problem.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { showFirstWrong } from './job-first-wrong.ts';
import { ownField } from './own-field.ts';
import '../parts/dialog.ts';
import '../parts/problem.ts';

const empty = { current: '', password: '', again: '' };
type Field = keyof typeof empty;

/**
 * The signed-in user chooses another password.
 * @fires done
 * @fires close
 */
@customElement('cqa-own-password-dialog')
export class OwnPasswordDialogElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        --dialog-width: 460px;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @state() private draft = empty;
  @state() private missing: Partial<Record<Field, string>> = {};
  private readonly saving = new Action(this);

  private readonly submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    this.missing = missingIn(this.draft);
    if (Object.keys(this.missing).length > 0) return showFirstWrong(this);
    const { current, password } = this.draft;
    const isDone = await this.saving.run(async () => {
      await this.app?.api.session.changePassword.mutate({ current, password });
    });
    if (isDone) this.dispatchEvent(new CustomEvent('done'));
    else await showFirstWrong(this);
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  private renderField(id: Field, title: string, hint?: string) {
    const { problem } = this.saving;
    return ownField({
      ...{ id, title, value: this.draft[id] },
      kind: id === 'current' ? 'current-password' : 'new-password',
      ...(hint === undefined ? {} : { hint }),
      problem: this.missing[id] ?? (problem?.field === id ? messageAtField(problem) : undefined),
      change: (value) => {
        this.draft = { ...this.draft, [id]: value };
      },
    });
  }

  override render() {
    const { app, draft } = this;
    if (!app) return;
    const { problem, isBusy } = this.saving;
    const isAtField = problem?.field === 'current' || problem?.field === 'password';
    return html`<cqa-dialog
      heading="Change your password"
      .isChanged=${Object.values(draft).some((typed) => typed !== '')}
      @close=${this.close}
    >
      <form class="stack" id="own-password" novalidate @submit=${this.submit}>
        <input
          class="visually-hidden"
          type="email"
          autocomplete="username"
          tabindex="-1"
          aria-hidden="true"
          readonly
          .value=${app.me.user.email}
        />
        ${this.renderField('current', 'Present password')}
        ${this.renderField('password', 'New password', `At least ${shortestPassword} characters.`)}
        ${this.renderField('again', 'The same once more')}
        <p class="soft small">Wherever else you are signed in to ${app.me.account.name}, you are signed out.</p>
        <cqa-problem .problem=${isAtField ? undefined : problem}></cqa-problem>
      </form>
      <button slot="actions" class="button" type="button" @click=${this.close}>Cancel</button>
      <button slot="actions" class="button primary" type="submit" form="own-password" ?disabled=${isBusy}>
        ${isBusy ? 'Saving …' : 'Change password'}
      </button>
    </cqa-dialog>`;
  }
}

function missingIn({ current, password, again }: typeof empty): Partial<Record<Field, string>> {
  return {
    ...(current === '' && { current: 'Enter the password that you sign in with.' }),
    ...(password.length < shortestPassword && {
      password: `Choose a password of at least ${shortestPassword} characters.`,
    }),
    ...(password !== again && { again: 'The two are not the same.' }),
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-own-password-dialog': OwnPasswordDialogElement;
  }
}
