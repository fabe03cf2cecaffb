/**
 * Fills a template: `{name}` stands for the row's value of that name, percent-encoded, and for nothing where it has none.
 * `crt/{external_interaction_id}?call={call_id}` becomes `crt/d741-1?call=d741-2`.
 */
export function fillTemplate(template: string, textOf: (name: string) => string): string {
  return template.replace(/\{([^{}]+)\}/g, (_, name: string) => encodeURIComponent(textOf(name)));
}
