import { html, nothing, type TemplateResult } from 'lit';
import type { Problem } from '../api/problem.ts';
import type { Connector } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { icon } from '../parts/icon.ts';
import type { ConnectorDraft } from './connector-draft.ts';
import type { ConnectorTrial } from './connector-trial.ts';
import '../parts/not-saved.ts';
import '../parts/public-side.ts';
import './connector-readiness.ts';
import './connector-trial.ts';

/** What the dialog is called. */
export function headingOf(draft: ConnectorDraft | undefined, connector: Connector | undefined): string {
  if (connector) return `Edit ${connector.name}`;
  if (!draft) return 'New connector';
  return `New ${draft.direction} connector: ${draft.type.title}`;
}

/** What must be there before the connector can work. */
export function readiness(
  { type, direction }: ConnectorDraft,
  app: AppContext | undefined,
  connector: Connector | undefined,
): TemplateResult {
  return html`<cqa-connector-readiness
    .prerequisites=${type.prerequisites[direction] ?? []}
    .outboundAddresses=${app?.me.outbound_addresses ?? []}
    .mailLinks=${type.mail_links}
    ?hasSystemJob=${type.has_system_job && direction === 'import' && !connector}
    ?hasStream=${type.has_stream}
  ></cqa-connector-readiness>`;
}

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

/** What trying it has shown. */
export function trialOf(
  trial: ConnectorTrial,
  hostKey: string | undefined,
  pin: (event: CustomEvent<string>) => void,
): TemplateResult {
  return html`<cqa-connector-trial
    .result=${trial.result}
    ?isChecking=${trial.isChecking}
    .preview=${trial.preview}
    ?isPreviewing=${trial.isPreviewing}
    .hostKey=${hostKey}
    @pin=${pin}
  ></cqa-connector-trial>`;
}

export function notSaved(
  problem: Problem | undefined,
  isBusy: boolean,
  load: (event: CustomEvent<boolean>) => void,
): TemplateResult {
  return html`<cqa-not-saved .problem=${problem} ?busy=${isBusy} @load=${load}></cqa-not-saved>`;
}

/** What the buttons below the form do; Save sends the form. */
export interface FormActions {
  check: () => void;
  readPreview: () => void;
  isSaving: boolean;
}

export function formButtons(draft: ConnectorDraft, trial: ConnectorTrial, actions: FormActions): TemplateResult {
  const { check, readPreview, isSaving } = actions;
  const previewed = draft.type.has_stream ? 'events' : 'rows';
  return html`<button slot="actions" class="button" type="button" ?disabled=${trial.isChecking} @click=${check}>
      ${icon('plug', 16)} ${trial.isChecking ? 'Testing …' : 'Test connection'}
    </button>
    ${draft.direction === 'import' ? previewButton(previewed, trial.isPreviewing, readPreview) : nothing}
    <button slot="actions" class="button primary" type="submit" form="connector" ?disabled=${isSaving}>
      ${isSaving ? 'Saving …' : 'Save'}
    </button>`;
}

function previewButton(what: string, isPreviewing: boolean, readPreview: () => void): TemplateResult {
  return html`<button slot="actions" class="button" type="button" ?disabled=${isPreviewing} @click=${readPreview}>
    ${icon('search', 16)} ${isPreviewing ? 'Reading …' : `Preview ${what}`}
  </button>`;
}
