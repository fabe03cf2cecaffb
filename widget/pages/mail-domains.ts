import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { messageAtField } from '../api/problem.ts';
import type { AppContext } from '../app/context.ts';
import { Action, Resource } from '../app/resource.ts';
import { isSame, listWithChanges } from '../form/values.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { showFirstWrong } from './job-first-wrong.ts';
import '../parts/loading.ts';
import '../parts/not-saved.ts';
import '../parts/problem.ts';

/**
 * The account's own mail domains: where reports may be mailed.
 * @fires domains - with all of them, when they are known and when they have changed
 */
@customElement('cqa-mail-domains')
export class MailDomainsElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      h2 {
        margin-bottom: var(--space-1);
      }
      .lead {
        max-width: 72ch;
        margin-bottom: var(--space-3);
        color: var(--text-soft);
      }
      form {
        max-width: 640px;
      }
      .field {
        grid-template-columns: minmax(0, 1fr);
      }
      .field .button {
        max-width: 100%;
        white-space: normal;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) app: AppContext | undefined;
  /** Whether this installation can mail anything. */
  @property({ attribute: false }) canMail = true;
  @state() private typed: string | undefined;
  private readonly saved = new Resource(this, async (signal) => {
    const saved = await this.app?.api.account.mailDomains.query(undefined, { signal });
    this.tell(saved?.domains ?? []);
    return saved;
  });
  private readonly saving = new Action(this);

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.app || !changed.has('app')) return;
    this.typed = undefined;
    this.saved.clear();
    void this.saved.load();
  }

  private tell(domains: string[]): void {
    this.dispatchEvent(new CustomEvent('domains', { detail: domains }));
  }

  private readonly save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { app, typed } = this;
    const { value } = this.saved;
    if (!app || !value || typed === undefined) return;
    const isDone = await this.saving.run(async () => {
      const { version } = value;
      const saved = await app.api.account.setMailDomains.mutate({ domains: linesOf(typed), version });
      this.saved.drop();
      this.saved.value = saved;
      this.tell(saved.domains);
      // What was typed meanwhile is still to be saved.
      if (this.typed === typed) this.typed = undefined;
    });
    if (isDone) app.say('The mail domains are saved.');
    else await showFirstWrong(this);
  };

  /** Somebody else has saved meanwhile: the domains as they are now, with or without what was typed in and taken out. */
  private readonly loadNow = async ({ detail: keepsChanges }: CustomEvent<boolean>): Promise<void> => {
    const before = this.saved.value?.domains ?? [];
    await this.saved.load();
    const { value, problem } = this.saved;
    if (!value || problem) return;
    this.saving.problem = undefined;
    const mine = linesOf(this.typed ?? '');
    this.typed = keepsChanges ? listWithChanges(value.domains, mine, before).join('\n') : undefined;
  };

  private get problem(): string | undefined {
    const { problem } = this.saving;
    return problem?.field?.startsWith('domains') ? messageAtField(problem) : undefined;
  }

  private renderOwn(app: AppContext, text: string): TemplateResult | typeof nothing {
    const { email } = app.me.user;
    const own = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
    if (linesOf(text).some((domain) => domain.toLowerCase() === own)) return nothing;
    return html`<div>
      <button
        class="button small"
        type="button"
        @click=${() => {
          this.typed = [...linesOf(text), own].join('\n');
        }}
      >
        ${icon('plus', 15)} Add ${own}
      </button>
    </div>`;
  }

  private renderForm(app: AppContext, domains: string[]): TemplateResult {
    const text = this.typed ?? domains.join('\n');
    const isChanged = !isSame(linesOf(text), domains);
    const { problem } = this;
    return html`<form class="card stack" novalidate @submit=${this.save}>
      <div class="field">
        <label for="domains">Mail domains</label>
        <textarea
          id="domains"
          class="input"
          rows="3"
          spellcheck="false"
          autocapitalize="off"
          placeholder="acme.example"
          aria-invalid=${problem ? 'true' : 'false'}
          aria-describedby="domains.problem domains.hint"
          .value=${text}
          @input=${(event: Event) => {
            this.typed = (event.target as HTMLTextAreaElement).value;
          }}
        ></textarea>
        ${problem ? html`<span id="domains.problem" class="problem" role="alert">${problem}</span>` : nothing}
        <span id="domains.hint" class="hint">One a line. A subdomain is named by itself. Empty: no report is mailed to anybody.</span>
        ${this.renderOwn(app, text)}
      </div>
      <cqa-not-saved
        .problem=${problem ? undefined : this.saving.problem}
        ?busy=${this.saved.isLoading}
        @load=${this.loadNow}
      ></cqa-not-saved>
      <div>
        <button class="button primary" type="submit" ?disabled=${!isChanged || this.saving.isBusy}>
          ${this.saving.isBusy ? 'Saving …' : 'Save mail domains'}
        </button>
      </div>
    </form>`;
  }

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const { value, problem, load } = this.saved;
    return html`<section aria-labelledby="heading">
      <h2 id="heading">Where reports may be mailed</h2>
      <p class="lead">
        A report goes to whoever asks for it, at their own verified address, and only in these domains. Name those whose
        mailboxes are all yours, never those of a public mail service.
      </p>
      ${
        this.canMail
          ? nothing
          : html`<p class="caution lead">
            ${icon('warning', 20)}<span
              >Email is not configured on this installation, so no report is mailed. Whoever runs it sets
              <code>CQA_EMAIL_FROM</code> to an address that Amazon SES has verified.</span
            >
          </p>`
      }
      <cqa-problem what="The mail domains could not be loaded" .problem=${problem} .again=${load}></cqa-problem>
      ${value ? this.renderForm(app, value.domains) : problem ? nothing : html`<cqa-loading lines="2"></cqa-loading>`}
    </section>`;
  }
}

/** One a line; commas and spaces part them too. */
function linesOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((domain) => domain !== '');
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-mail-domains': MailDomainsElement;
  }
}
