import { html, nothing, type TemplateResult } from 'lit';
import type { FormSupport } from './element.ts';
import type { Field } from './fields.ts';

/** The element of a field's kind. Whoever draws it has imported the elements. A group has none: its fields are drawn. */
export function drawField(
  field: Field,
  value: unknown,
  support: FormSupport | undefined,
  changed: (event: CustomEvent<{ value: unknown }>) => void,
): TemplateResult | typeof nothing {
  // biome-ignore format: one line a kind is easier to compare
  switch (field.kind) {
    case 'text': return html`<cqa-field-text class=${field.multiline ? 'wide' : ''} data-path=${field.path} .field=${field} .value=${value} .support=${support} @value-changed=${changed}></cqa-field-text>`;
    case 'secret': return html`<cqa-field-secret class=${field.multiline ? 'wide' : ''} data-path=${field.path} .field=${field} .value=${value} .support=${support} @value-changed=${changed}></cqa-field-secret>`;
    case 'number': return html`<cqa-field-number data-path=${field.path} .field=${field} .value=${value} .support=${support} @value-changed=${changed}></cqa-field-number>`;
    case 'boolean': return html`<cqa-field-boolean data-path=${field.path} .field=${field} .value=${value} .support=${support} @value-changed=${changed}></cqa-field-boolean>`;
    case 'choice': return html`<cqa-field-choice data-path=${field.path} .field=${field} .value=${value} .support=${support} @value-changed=${changed}></cqa-field-choice>`;
    case 'choices': return html`<cqa-field-choices class="wide" data-path=${field.path} .field=${field} .value=${value} .support=${support} @value-changed=${changed}></cqa-field-choices>`;
    case 'lines': return html`<cqa-field-lines class="wide" data-path=${field.path} .field=${field} .value=${value} .support=${support} @value-changed=${changed}></cqa-field-lines>`;
    case 'list': return html`<cqa-field-list class="wide" data-path=${field.path} .field=${field} .value=${value} .support=${support} @value-changed=${changed}></cqa-field-list>`;
    case 'union': return html`<cqa-field-union class="wide" data-path=${field.path} .field=${field} .value=${value} .support=${support} @value-changed=${changed}></cqa-field-union>`;
    case 'mapping': return html`<cqa-field-mapping class="wide" data-path=${field.path} .field=${field} .value=${value} .support=${support} @value-changed=${changed}></cqa-field-mapping>`;
    case 'field-map': return html`<cqa-field-map class="wide" data-path=${field.path} .field=${field} .value=${value} .support=${support} @value-changed=${changed}></cqa-field-map>`;
    case 'host-key': return html`<cqa-field-host-key class="wide" data-path=${field.path} .field=${field} .value=${value} .support=${support} @value-changed=${changed}></cqa-field-host-key>`;
    case 'public-key': return html`<cqa-field-public-key class="wide" data-path=${field.path} .field=${field} .value=${value} .support=${support}></cqa-field-public-key>`;
    case 'unknown': return html`<cqa-field-unknown class="wide" data-path=${field.path} .field=${field}></cqa-field-unknown>`;
    case 'group': return nothing;
  }
}
