import { html, nothing, type TemplateResult } from 'lit';

/** One input of a job's form with its title, its hint and what is wrong with it. */
export interface JobField {
  /** As the server names it in a problem; also its id. */
  path: string;
  title: string;
  type: 'text' | 'number' | 'date' | 'time' | 'datetime-local';
  value: string;
  hint?: string | undefined;
  problem?: string | undefined;
  /** Of a number. */
  min?: number;
  max?: number;
  /** Of a text, in characters. */
  longest?: number;
  /** The id of a datalist to choose from. */
  list?: string;
  isOff?: boolean;
  isWide?: boolean;
  isMono?: boolean;
  onInput(value: string): void;
}

export function jobField(field: JobField): TemplateResult {
  const { path, title, type, value, hint, problem, min, max, longest, list, isOff, isWide, isMono, onInput } = field;
  return html`<div class="field ${isWide ? 'wide' : ''}">
    <label for=${path}>${title}</label>
    <input
      id=${path}
      class="input ${isMono ? 'mono' : ''}"
      type=${type}
      list=${list ?? nothing}
      min=${min ?? nothing}
      max=${max ?? nothing}
      maxlength=${longest ?? nothing}
      spellcheck="false"
      autocomplete="off"
      aria-invalid=${problem ? 'true' : 'false'}
      aria-describedby="${path}.problem ${path}.hint"
      ?disabled=${isOff ?? false}
      .value=${value}
      @input=${(event: Event) => onInput((event.target as HTMLInputElement).value)}
    />
    ${problem ? html`<span id="${path}.problem" class="problem" role="alert">${problem}</span>` : nothing}
    ${hint ? html`<span id="${path}.hint" class="hint">${hint}</span>` : nothing}
  </div>`;
}
