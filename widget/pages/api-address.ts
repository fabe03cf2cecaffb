import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ApiAccess } from '../api/types.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { count } from '../words/numbers.ts';
import '../parts/copy.ts';

/** Where the API is, and how the account is called there. The account's id is masked until somebody asks for it. */
@customElement('cqa-api-address')
export class ApiAddressElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      dl {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: var(--space-3) var(--space-4);
        align-items: center;
      }
      dt {
        font-size: var(--size-s);
        font-weight: 600;
        color: var(--text-soft);
      }
      dd {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
        min-width: 0;
      }
      code {
        overflow-wrap: anywhere;
      }
      @media (max-width: 640px) {
        dl {
          grid-template-columns: minmax(0, 1fr);
          gap: var(--space-1);
        }
        dd {
          margin-bottom: var(--space-2);
        }
      }
    `,
  ];

  @property({ attribute: false }) access: ApiAccess | undefined;
  @state() private isRevealed = false;

  private renderAccount(access: ApiAccess): TemplateResult {
    const { isRevealed } = this;
    return html`<code id="account">${isRevealed ? access.account_id : access.masked_account_id}</code>
      <button
        class="button small"
        type="button"
        aria-controls="account"
        aria-pressed=${isRevealed ? 'true' : 'false'}
        @click=${() => {
          this.isRevealed = !isRevealed;
        }}
      >
        ${icon('eye', 15)} ${isRevealed ? 'Hide' : 'Reveal'}
      </button>
      <cqa-copy .text=${access.account_id}></cqa-copy>`;
  }

  /** The base address holds the account's id, which is masked with it. */
  private renderBase({ base_url: url, account_id: id, masked_account_id: masked }: ApiAccess): TemplateResult {
    return html`<code>${this.isRevealed ? url : url.replace(id, masked)}</code><cqa-copy .text=${url}></cqa-copy>`;
  }

  override render() {
    const { access } = this;
    if (!access) return nothing;
    const { limits } = access;
    return html`<section class="card">
      <dl>
        <dt>Account id</dt>
        <dd>${this.renderAccount(access)}</dd>
        <dt>Base URL</dt>
        <dd>${this.renderBase(access)}</dd>
        <dt>Tokens (OAuth 2)</dt>
        <dd><code>${access.token_url}</code><cqa-copy .text=${access.token_url}></cqa-copy></dd>
        <dt>Limits</dt>
        <dd class="small">${limitsInWords(limits)}</dd>
        <dt>Reference</dt>
        <dd>
          <a href=${access.docs_url} target="_blank" rel="noopener">API reference</a>
          <span class="soft small">every call, to read and to try</span>
        </dd>
      </dl>
    </section>`;
  }
}

function limitsInWords(limits: ApiAccess['limits']): string {
  const rates = `${count(limits.ingest_per_minute)} sending and ${count(limits.read_per_minute)} reading calls a minute`;
  const caps = [
    [limits.daily_cap, 'day'],
    [limits.weekly_cap, 'week'],
    [limits.monthly_cap, 'month'],
  ] as const;
  const capped = caps.flatMap(([cap, period]) => (cap === null ? [] : [`${count(cap)} a ${period}`]));
  return capped.length > 0 ? `${rates}; conversations: at most ${capped.join(', ')}` : rates;
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-api-address': ApiAddressElement;
  }
}
