import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { PublicAccess } from '../api/client.ts';
import { Action } from '../app/resource.ts';
import { zoneList } from '../parts/zone-list.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import '../parts/problem.ts';

type FieldName = 'name' | 'admin_email' | 'admin_password' | 'timezone';

interface InputFacts {
  name: FieldName;
  title: string;
  type: string;
  autocomplete: string;
  hint?: string;
}

const inputs: InputFacts[] = [
  { name: 'name', title: 'Account name', type: 'text', autocomplete: 'organization' },
  { name: 'admin_email', title: 'Your e-mail', type: 'email', autocomplete: 'username' },
  {
    name: 'admin_password',
    title: 'Password',
    type: 'password',
    autocomplete: 'new-password',
    hint: 'At least 10 characters.',
  },
  { name: 'timezone', title: 'Time zone', type: 'text', autocomplete: 'off', hint: 'Times are shown in it.' },
];

/**
 * A new installation's first account and its admin.
 * @fires created with the e-mail and password to sign in with
 */
@customElement('cqa-set-up')
export class SetUpElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      h1 {
        margin-bottom: var(--space-1);
        font-size: var(--size-l);
        font-weight: 650;
        line-height: 1.3;
      }
    `,
  ];

  @property({ attribute: false }) access: PublicAccess | undefined;
  @state() private values: Record<FieldName, string> = {
    name: '',
    admin_email: '',
    admin_password: '',
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
  private readonly creating = new Action(this);

  private readonly submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const isDone = await this.creating.run(async () => {
      await this.access?.api.setup.createAccount.mutate(this.values);
    });
    const detail = { email: this.values.admin_email, password: this.values.admin_password };
    if (isDone) this.dispatchEvent(new CustomEvent('created', { detail }));
  };

  private renderInput({ name, title, type, autocomplete, hint }: InputFacts): TemplateResult {
    const problem = this.creating.problem?.field === name ? this.creating.problem.message : undefined;
    return html`<div class="field">
      <label for=${name}>${title}</label>
      <input
        id=${name}
        class="input"
        type=${type}
        autocomplete=${autocomplete}
        required
        minlength=${name === 'admin_password' ? 10 : nothing}
        list=${name === 'timezone' ? 'zones' : nothing}
        aria-invalid=${problem ? 'true' : 'false'}
        aria-describedby="${name}-problem ${name}-hint"
        .value=${this.values[name]}
        @input=${(event: Event) => {
          this.values = { ...this.values, [name]: (event.target as HTMLInputElement).value };
        }}
      />
      ${problem ? html`<span id="${name}-problem" class="problem" role="alert">${problem}</span>` : nothing}
      ${hint ? html`<span id="${name}-hint" class="hint">${hint}</span>` : nothing}
    </div>`;
  }

  override render() {
    const { problem, isBusy } = this.creating;
    const isElsewhere = problem !== undefined && !inputs.some((input) => input.name === problem.field);
    return html`<form class="stack" @submit=${this.submit}>
      <div>
        <h1>Set up your first account</h1>
        <p class="soft small">You become its admin. More accounts and users are made with <code>npx cqa</code>.</p>
      </div>
      ${inputs.map((input) => this.renderInput(input))} ${zoneList()}
      <cqa-problem .problem=${isElsewhere ? problem : undefined}></cqa-problem>
      <button class="button primary" type="submit" ?disabled=${isBusy}>
        ${isBusy ? 'Creating …' : 'Create the account'}
      </button>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-set-up': SetUpElement;
  }
}
