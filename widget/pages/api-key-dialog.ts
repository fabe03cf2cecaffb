import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type Scope, scopes } from '../../shared/api-key.ts';
import { messageAtField } from '../api/problem.ts';
import type { ApiKey, MadeApiKey } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { scopeWords } from '../words/status.ts';
import '../parts/dialog.ts';
import '../parts/problem.ts';
import './api-key-once.ts';

const lifetimes: [days: number | undefined, words: string][] = [
  [undefined, 'Never'],
  [30, 'In 30 days'],
  [90, 'In 90 days'],
  [180, 'In 180 days'],
  [365, 'In a year'],
];

const overlaps: [hours: number, words: string][] = [
  [0, 'Not at all: it ends at once'],
  [1, '1 hour'],
  [24, '24 hours'],
  [72, '3 days'],
  [168, '7 days'],
];

const signing =
  'Webhooks are signed with the newest active key from now on: give its signing secret to your receiver first.';

/**
 * Generate API key; with `rotated`, a key that takes that one's place. Then shows the new key, once: closing asks.
 * @fires close
 */
@customElement('cqa-api-key-dialog')
export class ApiKeyDialogElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .question {
        flex: 1 1 220px;
        font-weight: 600;
      }
      .field > label.check {
        font-size: inherit;
        font-weight: 400;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) rotated: ApiKey | undefined;
  @state() private name = '';
  @state() private scopes: Scope[] = [...scopes];
  @state() private days: number | undefined;
  @state() private overlapHours = 24;
  @state() private made: MadeApiKey | undefined;
  @state() private isLeaving = false;
  @state() private missing: Record<string, string> = {};
  private readonly making = new Action(this);

  private readonly submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    this.missing = this.rotated ? {} : this.whatIsMissing();
    if (Object.keys(this.missing).length > 0) return;
    await this.making.run(async () => {
      this.made = await this.make();
    });
  };

  private whatIsMissing(): Record<string, string> {
    return {
      ...(this.name.trim() === '' ? { name: 'Give it a name, so that you know it again.' } : {}),
      ...(this.scopes.length === 0 ? { scopes: 'Choose at least one.' } : {}),
    };
  }

  private async make(): Promise<MadeApiKey | undefined> {
    const { rotated, overlapHours } = this;
    if (rotated) return this.app?.api.apiKeys.rotate.mutate({ uid: rotated.uid, overlap_hours: overlapHours });
    const { name, scopes, days } = this;
    return this.app?.api.apiKeys.create.mutate({ name, scopes, expires_in_days: days });
  }

  /** A key that nobody has stored is lost with the dialog. */
  private readonly ask = (event: Event): void => {
    if (this.made) {
      event.preventDefault();
      this.isLeaving = true;
    } else this.close();
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  private problemAt(field: string): string | undefined {
    const { problem } = this.making;
    return this.missing[field] ?? (problem?.field === field ? messageAtField(problem) : undefined);
  }

  private renderName(): TemplateResult {
    const problem = this.problemAt('name');
    return html`<div class="field">
      <label for="name">Name</label>
      <input
        id="name"
        class="input"
        maxlength="120"
        autocomplete="off"
        placeholder="Genesys middleware"
        aria-invalid=${problem ? 'true' : 'false'}
        .value=${this.name}
        @input=${(event: Event) => {
          this.name = (event.target as HTMLInputElement).value;
        }}
      />
      ${problem ? html`<span class="problem" role="alert">${problem}</span>` : nothing}
    </div>`;
  }

  private renderScopes(): TemplateResult {
    const problem = this.problemAt('scopes');
    return html`<fieldset class="field">
      <legend>What it may do</legend>
      ${scopes.map(
        (scope) => html`<label class="check">
          <input
            type="checkbox"
            .checked=${this.scopes.includes(scope)}
            @change=${(event: Event) => {
              const isOn = (event.target as HTMLInputElement).checked;
              this.scopes = scopes.filter((name) => (name === scope ? isOn : this.scopes.includes(name)));
            }}
          />
          <span><strong>${scopeWords[scope].word}</strong> <span class="soft">${scopeWords[scope].meaning}</span></span>
        </label>`,
      )}
      ${problem ? html`<span class="problem" role="alert">${problem}</span>` : nothing}
    </fieldset>`;
  }

  private renderChoice<T>(
    title: string,
    choices: [value: T, words: string][],
    chosen: T,
    choose: (value: T) => void,
    hint?: string,
  ): TemplateResult {
    return html`<div class="field">
      <label for="choice">${title}</label>
      <select
        id="choice"
        class="input"
        @change=${(event: Event) => {
          const choice = choices[(event.target as HTMLSelectElement).selectedIndex];
          if (choice) choose(choice[0]);
        }}
      >
        ${choices.map(([value, words]) => html`<option .selected=${value === chosen}>${words}</option>`)}
      </select>
      ${hint ? html`<span class="hint">${hint}</span>` : nothing}
    </div>`;
  }

  private renderGeneration(): TemplateResult {
    return html`${this.renderName()} ${this.renderScopes()}
    ${this.renderChoice(
      'Ends',
      lifetimes,
      this.days,
      (days) => {
        this.days = days;
      },
      'A key that ends by itself is one less to remember. It can be revoked at any time.',
    )}`;
  }

  private renderRotation(key: ApiKey): TemplateResult {
    return html`<p>
        A new key takes the place of <strong class="break">${key.name}</strong> (<code>${key.masked_key}</code>), with
        the same name and scopes. Put it into your program, which may go on with the old one meanwhile.
      </p>
      ${this.renderChoice('The old key goes on for', overlaps, this.overlapHours, (hours) => {
        this.overlapHours = hours;
      })}`;
  }

  private renderForm(): TemplateResult {
    const { problem, isBusy } = this.making;
    const isAtField = problem?.field === 'name' || problem?.field === 'scopes';
    const action = this.rotated ? 'Rotate key' : 'Generate API key';
    return html`<form class="stack" id="form" novalidate @submit=${this.submit}>
        ${this.rotated ? this.renderRotation(this.rotated) : this.renderGeneration()}
        <p>${signing}</p>
        <cqa-problem .problem=${isAtField ? undefined : problem}></cqa-problem>
      </form>
      <button slot="actions" class="button" type="button" ?disabled=${isBusy} @click=${this.close}>Cancel</button>
      <button slot="actions" class="button primary" type="submit" form="form" ?disabled=${isBusy}>
        ${isBusy ? 'Working …' : action}
      </button>`;
  }

  private renderMade(made: MadeApiKey): TemplateResult {
    return html`<cqa-api-key-once .made=${made}></cqa-api-key-once>
      ${
        this.isLeaving
          ? html`<span slot="actions" class="question" role="alert"
                >Have you stored the key and the signing secret? They cannot be shown again.</span
              >
              <button
                slot="actions"
                class="button"
                type="button"
                @click=${() => {
                  this.isLeaving = false;
                }}
              >
                Not yet
              </button>
              <button slot="actions" class="button primary" type="button" @click=${this.close}>
                Yes, they are stored
              </button>`
          : html`<button slot="actions" class="button primary" type="button" @click=${this.ask}>Close</button>`
      }`;
  }

  override render() {
    const { made } = this;
    const heading = made ? 'Store this key now' : this.rotated ? 'Rotate this key' : 'Generate API key';
    // While it is made it stays: a key that comes when nobody looks is in force, and lost.
    return html`<cqa-dialog .heading=${heading} .isClosable=${!this.making.isBusy} @close=${this.ask}>
      ${made ? this.renderMade(made) : this.renderForm()}
    </cqa-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-api-key-dialog': ApiKeyDialogElement;
  }
}
