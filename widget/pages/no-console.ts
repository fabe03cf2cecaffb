import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AppContext } from '../app/context.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import '../parts/empty.ts';

/** Stands where Data Integration and Automation would be: why they are closed, and whom to ask. */
@customElement('cqa-no-console')
export class NoConsoleElement extends LitElement {
  static override styles = [base, controls];

  @property({ attribute: false }) app: AppContext | undefined;

  override render() {
    const { app } = this;
    if (!app) return nothing;
    const isForAdmins = app.me.console === 'not_an_admin';
    return html`<cqa-empty
      icon="lock"
      heading=${isForAdmins ? 'For admins only' : `Data Integration is not switched on for ${app.me.account.name}`}
    >
      ${
        isForAdmins
          ? 'Connectors, jobs and their history are kept by the admins of your account. Ask one of them if you need something changed there.'
          : 'Connectors, jobs and the execution history come with the Data Integration console. Please ask your customer success manager to enable it for your account. Your analyses are not affected.'
      }
      <a slot="action" class="button primary" data-page href=${app.href('/analyses')}>Go to the Analysis List</a>
    </cqa-empty>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-no-console': NoConsoleElement;
  }
}
