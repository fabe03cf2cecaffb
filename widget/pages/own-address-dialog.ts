import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { messageAtField } from '../api/problem.ts';
import type { OwnAccount } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { showFirstWrong } from './job-first-wrong.ts';
import { ownField } from './own-field.ts';
import '../parts/dialog.ts';
import '../parts/problem.ts';

const empty = { email: '', current: '' };
type Field = keyof typeof empty;

/**
 * The signed-in user asks for another address: a link is mailed there, and opening it makes the change.
 * @fires done - with the address
 * @fires close
 */
@customElement('cqa-own-address-dialog')
export class OwnAddressDialogElement extends LitElement {
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
  @property({ attribute: false }) own: OwnAccount | undefined;
  @state() private draft = empty;
  @state() private missing: Partial<Record<Field, string>> = {};
  private readonly asking = new Action(this);

  private readonly submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    this.missing = missingIn(this.draft);
    if (Object.keys(this.missing).length > 0) return showFirstWrong(this);
    const { email, current } = this.draft;
    const isDone = await this.asking.run(async () => {
      await this.app?.api.session.changeAddress.mutate({ email: email.trim(), current });
    });
    if (isDone) this.dispatchEvent(new CustomEvent('done', { detail: email.trim() }));
    else await showFirstWrong(this);
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  private renderField(id: Field, title: string, hint?: string): TemplateResult {
    const { problem } = this.asking;
    return ownField({
      ...{ id, title, value: this.draft[id], kind: id === 'email' ? 'email' : 'current-password' },
      ...(hint === undefined ? {} : { hint }),
      problem: this.missing[id] ?? (problem?.field === id ? messageAtField(problem) : undefined),
      change: (value) => {
        this.draft = { ...this.draft, [id]: value };
      },
    });
  }

  /** What hangs on an address beside signing in. */
  private renderCautions(app: AppContext, own: OwnAccount): TemplateResult[] {
    const cautions = [
      app.me.user.role === 'agent' &&
        'You see the interactions whose agent_email is your address. With another one you see those of the other one.',
      own.sign_in.is_known_to_host &&
        'Where another product shows the console, it signs you in by your address: tell whoever runs it.',
    ];
    return cautions
      .filter((words) => words !== false)
      .map((words) => html`<p class="caution">${icon('warning', 20)}<span>${words}</span></p>`);
  }

  override render() {
    const { app, own, draft } = this;
    if (!app || !own) return nothing;
    const { problem, isBusy } = this.asking;
    const isAtField = problem?.field === 'current' || problem?.field === 'email';
    return html`<cqa-dialog
      heading="Change your e-mail"
      .isChanged=${Object.values(draft).some((typed) => typed !== '')}
      @close=${this.close}
    >
      <form class="stack" id="own-address" novalidate @submit=${this.submit}>
        <p class="break">
          A mail goes to the new address. Once its link has been opened and confirmed, you sign in with that address;
          until then ${own.address.email} stays.
        </p>
        ${this.renderField('email', 'New e-mail')} ${this.renderField('current', 'Password')}
        ${this.renderCautions(app, own)}
        <cqa-problem .problem=${isAtField ? undefined : problem}></cqa-problem>
      </form>
      <button slot="actions" class="button" type="button" @click=${this.close}>Cancel</button>
      <button slot="actions" class="button primary" type="submit" form="own-address" ?disabled=${isBusy}>
        ${isBusy ? 'Sending …' : 'Send the mail'}
      </button>
    </cqa-dialog>`;
  }
}

function missingIn({ email, current }: typeof empty): Partial<Record<Field, string>> {
  return {
    ...(!/^\S+@\S+\.\S+$/.test(email.trim()) && { email: 'Enter the new address, such as ada@example.com.' }),
    ...(current === '' && { current: 'Enter the password that you sign in with.' }),
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-own-address-dialog': OwnAddressDialogElement;
  }
}
