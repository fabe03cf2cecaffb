import { html, nothing, type TemplateResult } from 'lit';
import type { Connector } from '../api/types.ts';
import '../parts/public-side.ts';

/** What a connector is called: the one field that every type has. */
export function nameField(name: string, problem: string | undefined, typed: (name: string) => void): TemplateResult {
  return html`<div class="field">
    <label for="name">Connector name</label>
    <input
      id="name"
      class="input"
      maxlength="120"
      autocomplete="off"
      aria-invalid=${problem ? 'true' : 'false'}
      aria-describedby="name-problem"
      .value=${name}
      @input=${(event: Event) => typed((event.target as HTMLInputElement).value)}
    />
    ${problem ? html`<span id="name-problem" class="problem" role="alert">${problem}</span>` : nothing}
  </div>`;
}

/** After saving: what the product made and the other side must be told. */
export function savedWords(saved: Connector, toHandOn: readonly [string, string][]): TemplateResult {
  return html`<div class="stack">
    <p>
      <strong>${saved.name}</strong> is saved. Before it can sign in, this must be known at the other side, for an SFTP
      server in the user's <code>authorized_keys</code>. You find it again on the connector's card.
    </p>
    ${toHandOn.map(([name, value]) => html`<cqa-public-side .name=${name} .value=${value}></cqa-public-side>`)}
  </div>`;
}
