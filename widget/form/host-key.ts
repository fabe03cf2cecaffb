import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { icon } from '../parts/icon.ts';
import { FieldElement } from './element.ts';

/** The server's fingerprint. After Test connection it offers to pin the key that was seen, and warns when it differs. */
@customElement('cqa-field-host-key')
export class HostKeyFieldElement extends FieldElement<'host-key'> {
  static override styles = [
    ...FieldElement.styles,
    css`
      .seen {
        display: grid;
        gap: var(--space-2);
        padding: var(--space-3);
        border-radius: var(--radius-s);
        background: var(--accent-soft);
        font-size: var(--size-s);
      }
      .seen.other {
        background: var(--bad-soft);
      }
      .pinned {
        display: flex;
        gap: 6px;
        align-items: center;
        color: var(--good);
        font-size: var(--size-s);
        font-weight: 550;
      }
    `,
  ];

  private readonly input = (event: Event): void => {
    const value = (event.target as HTMLInputElement).value.trim();
    this.change(value === '' ? undefined : value);
  };

  private renderSeen(): TemplateResult | typeof nothing {
    const seen = this.support?.seenHostKey;
    if (!seen) return nothing;
    if (seen === this.value) return html`<span class="pinned">${icon('check', 16)} The server showed this key.</span>`;
    const isOther = typeof this.value === 'string' && this.value !== '';
    return html`<div class="seen ${isOther ? 'other' : ''}" role="status">
      <span>${
        isOther
          ? 'The server shows another key than the one above. Ask its administrator before you trust it:'
          : 'The server showed this key. Compare it with what its administrator tells you, then pin it:'
      }</span>
      <code class="break">${seen}</code>
      <span>
        <button class="button small" type="button" @click=${() => this.change(seen)}>
          ${icon('lock', 15)} ${isOther ? 'Trust the new key' : 'Pin this key'}
        </button>
      </span>
    </div>`;
  }

  override render() {
    return html`${this.frame(html`<input
      id="control"
      class="input mono"
      autocomplete="off"
      spellcheck="false"
      placeholder="SHA256:…"
      aria-describedby=${this.describedBy}
      aria-invalid=${this.problem ? 'true' : 'false'}
      .value=${typeof this.value === 'string' ? this.value : ''}
      @input=${this.input}
    />${this.renderSeen()}`)}`;
  }
}
