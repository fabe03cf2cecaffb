import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MadeApiKey } from '../api/types.ts';
import { icon } from '../parts/icon.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import '../parts/copy.ts';

/** A new key and its signing secret in full, which is here and never again. */
@customElement('cqa-api-key-once')
export class ApiKeyOnceElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .secret {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        align-items: stretch;
      }
      textarea.input {
        flex: 1 1 260px;
        width: auto;
        font-family: var(--font-mono);
        font-size: var(--size-s);
        resize: none;
        word-break: break-all;
        field-sizing: content;
      }
      cqa-copy {
        align-self: center;
      }
    `,
  ];

  @property({ attribute: false }) made: MadeApiKey | undefined;

  private select(id: string): void {
    this.renderRoot.querySelector<HTMLTextAreaElement>(`#${id}`)?.select();
  }

  private renderSecret(id: string, title: string, text: string, hint: string): TemplateResult {
    return html`<div class="field">
      <label for=${id}>${title}</label>
      <div class="secret">
        <textarea
          id=${id}
          class="input"
          rows="2"
          readonly
          spellcheck="false"
          .value=${text}
          @focus=${() => this.select(id)}
        ></textarea>
        <cqa-copy .text=${text} label=${`Copy ${id}`} @refused=${() => this.select(id)}></cqa-copy>
      </div>
      <span class="hint">${hint}</span>
    </div>`;
  }

  override render() {
    const { made } = this;
    if (!made) return nothing;
    return html`<div class="stack">
      <div class="caution" role="status">
        ${icon('warning', 20)}
        <p>
          <strong>You will not see these again.</strong> Copy both and store them where your program keeps its secrets.
          Whoever has the key acts as your account.
        </p>
      </div>
      ${this.renderSecret('key', 'API key', made.api_key, 'Sent as the header X-API-Key, or as client_secret to /oauth/token.')}
      ${this.renderSecret('secret', 'Signing secret', made.signing_secret, 'With it your server checks that a webhook comes from us.')}
      ${this.renderSecret('id', 'Key id', made.uid, 'No secret: the client_id for /oauth/token, and named in every webhook.')}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-api-key-once': ApiKeyOnceElement;
  }
}
