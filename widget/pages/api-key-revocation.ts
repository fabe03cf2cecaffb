import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ApiKey } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { Action } from '../app/resource.ts';
import { base } from '../style/base.ts';
import '../parts/confirm.ts';

/**
 * Revoking a key, asked with its name.
 * @fires close
 */
@customElement('cqa-api-key-revocation')
export class ApiKeyRevocationElement extends LitElement {
  static override styles = [base];

  @property({ attribute: false }) app: AppContext | undefined;
  @property({ attribute: false }) key: ApiKey | undefined;
  private readonly revoking = new Action(this);

  private readonly confirm = async (): Promise<void> => {
    const { app, key } = this;
    if (!app || !key) return;
    const isDone = await this.revoking.run(async () => {
      await app.api.apiKeys.revoke.mutate({ uid: key.uid });
    });
    if (!isDone) return;
    app.say(`${key.name} is revoked.`);
    this.close();
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };

  override render() {
    const { key } = this;
    if (!key) return nothing;
    return html`<cqa-confirm
      heading="Revoke this key?"
      .name=${key.name}
      action="Revoke key"
      .busy=${this.revoking.isBusy}
      .problem=${this.revoking.problem}
      @confirm=${this.confirm}
      @close=${this.close}
    >
      <p>
        From this moment every call with <code>${key.masked_key}</code> is refused, and so is every token made from it.
        Webhooks are signed with your other key; without one they cannot be signed. This cannot be undone.
      </p>
    </cqa-confirm>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-api-key-revocation': ApiKeyRevocationElement;
  }
}
