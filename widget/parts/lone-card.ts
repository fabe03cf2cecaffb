import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../style/base.ts';
import { icon } from './icon.ts';

/**
 * A page that stands by itself, without the shell: signing in, and what a link in a mail leads to.
 * @slot - its words and its button
 */
@customElement('cqa-lone-card')
export class LoneCardElement extends LitElement {
  static override styles = [
    base,
    css`
      main {
        display: grid;
        grid-template-columns: minmax(0, var(--card-width, 440px));
        min-height: 100dvh;
        place-content: center;
        padding: var(--space-4);
      }
      .card {
        padding: var(--space-6);
        border-radius: var(--radius-l);
        box-shadow: var(--shadow-float);
      }
      .brand {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        margin-bottom: var(--space-5);
        font-size: var(--size-l);
        line-height: 1.25;
      }
      .logo {
        display: grid;
        place-items: center;
        width: 44px;
        height: 44px;
        border-radius: var(--radius-m);
        background: var(--accent);
        color: var(--on-accent);
      }
      h1 {
        margin-bottom: var(--space-3);
        font-size: var(--size-xl);
        font-weight: 680;
        line-height: 1.25;
        overflow-wrap: anywhere;
      }
      @media (max-width: 480px) {
        .card {
          padding: var(--space-5);
        }
      }
    `,
  ];

  @property() heading = '';

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has('heading') && this.heading !== '') document.title = `${this.heading} · CQA`;
  }

  override render() {
    return html`<main>
      <div class="card">
        <div class="brand">
          <span class="logo">${icon('wave', 26)}</span>
          <span><strong>CQA</strong><br /><span class="soft small">Data Integrations</span></span>
        </div>
        ${this.heading === '' ? nothing : html`<h1>${this.heading}</h1>`}
        <slot></slot>
      </div>
    </main>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-lone-card': LoneCardElement;
  }
}
