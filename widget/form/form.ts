import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../style/base.ts';
import { drawField } from './draw.ts';
import type { FormSupport } from './element.ts';
import type { Field } from './fields.ts';
import {
  drawnPaths,
  folded,
  grouped,
  groupTitles,
  innerFields,
  isChanged,
  type Values,
  valueAt,
  withValue,
} from './values.ts';
import './boolean.ts';
import './choice.ts';
import './choices.ts';
import './field-map.ts';
import './host-key.ts';
import './lines.ts';
import './list.ts';
import './mapping.ts';
import './number.ts';
import './public-key.ts';
import './secret.ts';
import './text.ts';
import './union.ts';
import './unknown.ts';

/**
 * A form drawn from a schema's fields, in the parts where, who, what, after.
 * @fires value-changed with all values
 */
@customElement('cqa-form')
export class FormElement extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
      }
      section,
      .inner,
      .more {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(250px, 100%), 1fr));
        gap: var(--space-4);
      }
      h3 {
        grid-column: 1 / -1;
        padding-bottom: var(--space-1);
        border-bottom: 1px solid var(--line);
      }
      .wide,
      .inner,
      .title,
      details {
        grid-column: 1 / -1;
      }
      .inner {
        padding-left: var(--space-4);
        border-left: 2px solid var(--line);
      }
      .title {
        font-size: var(--size-s);
      }
      .title strong {
        display: block;
        font-weight: 600;
      }
      summary {
        width: fit-content;
        padding: var(--space-1) 0;
        color: var(--accent);
        font-size: var(--size-s);
        font-weight: 600;
        cursor: pointer;
      }
      .more {
        padding-top: var(--space-3);
      }
    `,
  ];

  @property({ attribute: false }) fields: Field[] = [];
  @property({ attribute: false }) values: Values = {};
  @property({ attribute: false }) support: FormSupport | undefined;

  /** What the form began with: a fold does not open and close while somebody types. */
  private atFirst: Values = {};

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('fields')) this.atFirst = this.values;
  }

  /** The paths that are on the screen, in order. */
  get paths(): string[] {
    return drawnPaths(this.fields, this.values);
  }

  /** Brings the field of that path into view and the cursor into it. */
  show(path: string): void {
    const element = [...this.renderRoot.querySelectorAll<HTMLElement>('[data-path]')].find(
      (candidate) => candidate.dataset.path === path,
    );
    const fold = element?.closest('details');
    if (fold) fold.open = true;
    element?.scrollIntoView({ block: 'center' });
    element?.focus();
  }

  private change(field: Field, event: CustomEvent<{ value: unknown }>): void {
    event.stopPropagation();
    const value = withValue(this.values, field.path, event.detail.value);
    this.dispatchEvent(new CustomEvent('value-changed', { detail: { value } }));
  }

  private renderElement(field: Field): TemplateResult | typeof nothing {
    const changed = (event: CustomEvent<{ value: unknown }>) => this.change(field, event);
    return drawField(field, valueAt(this.values, field.path), this.support, changed);
  }

  private renderField(field: Field): TemplateResult {
    const inner = innerFields(field, this.values);
    return html`${this.renderElement(field)}
    ${
      inner.length > 0
        ? html`<div class="inner" role="group" aria-label=${field.title}>
          ${field.kind === 'group' ? this.renderTitle(field) : nothing}${this.renderFields(inner)}
        </div>`
        : nothing
    }`;
  }

  /** A group has no element that would say what its fields are for. */
  private renderTitle({ title, description }: Field): TemplateResult {
    return html`<div class="title"><strong>${title}</strong><span class="soft">${description}</span></div>`;
  }

  /** What is set otherwise than in a new form, or has a problem, is never hidden in a fold. */
  private renderFields(fields: Field[]): TemplateResult {
    const { shown, more } = folded(fields);
    const problems = Object.keys(this.support?.problems ?? {});
    const hasProblem = drawnPaths(more, this.values).some((path) => problems.includes(path));
    return html`${shown.map((field) => this.renderField(field))}
    ${
      more.length > 0
        ? html`<details ?open=${hasProblem || more.some((field) => isChanged(field, this.atFirst))}>
          <summary>More settings (${more.length})</summary>
          <div class="more">${more.map((field) => this.renderField(field))}</div>
        </details>`
        : nothing
    }`;
  }

  override render() {
    return grouped(this.fields).map(
      (part) => html`<section aria-label=${groupTitles[part.group]}>
        <h3>${groupTitles[part.group]}</h3>
        ${this.renderFields(part.fields)}
      </section>`,
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-form': FormElement;
  }
}
