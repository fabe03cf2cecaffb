import { html, nothing, type TemplateResult } from 'lit';

/** What is wrong with a field, for the place below it. */
export function problemAt(problems: Record<string, string>, path: string): TemplateResult | typeof nothing {
  const words = problems[path];
  return words ? html`<span id="${path}.problem" class="problem" role="alert">${words}</span>` : nothing;
}

/** Of problems by field those of a part of the form, by its own fields: `columns` for `report.columns`. */
export function problemsOf(problems: Record<string, string>, part: string): Record<string, string> {
  const prefix = `${part}.`;
  const found = Object.entries(problems).filter(([field]) => field.startsWith(prefix));
  return Object.fromEntries(found.map(([field, words]) => [field.slice(prefix.length), words]));
}
