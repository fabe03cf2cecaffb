import { html, nothing, type TemplateResult } from 'lit';

/** A field of the forms in which a user changes his own address or password. */
export interface OwnField {
  id: string;
  title: string;
  kind: 'email' | 'new-password' | 'current-password';
  value: string;
  hint?: string;
  problem: string | undefined;
  change(value: string): void;
}

const longest = { email: 191, 'new-password': 1000, 'current-password': 1000 };

export function ownField({ id, title, kind, value, hint, problem, change }: OwnField): TemplateResult {
  return html`<div class="field">
    <label for=${id}>${title}</label>
    <input
      id=${id}
      class="input"
      type=${kind === 'email' ? 'email' : 'password'}
      autocomplete=${kind}
      maxlength=${longest[kind]}
      spellcheck="false"
      aria-invalid=${problem ? 'true' : 'false'}
      aria-describedby="${id}.problem ${id}.hint"
      .value=${value}
      @input=${(event: Event) => change((event.target as HTMLInputElement).value)}
    />
    ${problem ? html`<span id="${id}.problem" class="problem" role="alert">${problem}</span>` : nothing}
    ${hint && !problem ? html`<span id="${id}.hint" class="hint">${hint}</span>` : nothing}
  </div>`;
}
