import { html, type TemplateResult } from 'lit';
import type { JobType } from '../../shared/job.ts';
import { jobTypeWords } from '../words/status.ts';
import type { JobDraft } from './job-draft.ts';

type Edit = (change: Partial<JobDraft>) => void;

/** Import or export; connectors of the other type are let go. Of a job that is there it is fixed. */
export function typeField({ type }: JobDraft, isFixed: boolean, edit: Edit): TemplateResult {
  const choose = (event: Event) => edit({ type: (event.target as HTMLSelectElement).value as JobType, connectors: [] });
  return html`<div class="field">
    <label for="type">Type</label>
    <select id="type" class="input" ?disabled=${isFixed} @change=${choose}>
      ${(Object.keys(jobTypeWords) as JobType[]).map(
        (each) => html`<option value=${each} .selected=${each === type}>${jobTypeWords[each]}</option>`,
      )}
    </select>
  </div>`;
}

export function enabledField({ isEnabled }: JobDraft, edit: Edit): TemplateResult {
  const choose = (event: Event) => edit({ isEnabled: (event.target as HTMLInputElement).checked });
  return html`<div class="row">
    <label class="check">
      <input type="checkbox" aria-describedby="enabled.hint" .checked=${isEnabled} @change=${choose} />
      Enabled
    </label>
    <span id="enabled.hint" class="soft small">
      ${isEnabled ? 'It runs by itself at these times.' : 'It runs only when somebody starts it.'}
    </span>
  </div>`;
}
