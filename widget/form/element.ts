import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import type { Field, FieldKind } from './fields.ts';

/** What a form knows beside its schema and its values. */
export interface FormSupport {
  /** Dotted paths of the secrets that the server holds: they are never shown, and stay when nothing is typed. */
  kept: ReadonlySet<string>;
  /** The host key that Test connection saw, to be looked at and pinned. */
  seenHostKey: string | undefined;
  /** Problems by dotted path. */
  problems: Readonly<Record<string, string>>;
}

declare global {
  interface HTMLElementEventMap {
    'value-changed': CustomEvent<{ value: unknown }>;
  }
}

/**
 * What every element of a form is: the same properties in, one event out.
 * @fires value-changed
 */
export abstract class FieldElement<K extends FieldKind> extends LitElement {
  static override styles = [base, controls];

  @property({ attribute: false }) field: Extract<Field, { kind: K }> | undefined;
  @property({ attribute: false }) value: unknown;
  @property({ attribute: false }) support: FormSupport | undefined;

  protected get problem(): string | undefined {
    return this.field && this.support?.problems[this.field.path];
  }

  protected change(value: unknown): void {
    this.dispatchEvent(new CustomEvent('value-changed', { detail: { value } }));
  }

  protected get describedBy(): string {
    return this.problem ? 'problem hint' : 'hint';
  }

  /** Label, control, hint and problem in the order they are read. */
  protected frame(control: TemplateResult): TemplateResult {
    const { field } = this;
    if (!field) return html``;
    return html`<div class="field">
      <label for="control">${field.title}${field.optional ? html` <span class="soft">(optional)</span>` : nothing}</label>
      ${control}${this.renderProblem()}${this.renderHint()}
    </div>`;
  }

  protected renderHint(): TemplateResult {
    return html`<span id="hint" class="hint" ?hidden=${!this.field?.description}>${this.field?.description}</span>`;
  }

  protected renderProblem(): TemplateResult | typeof nothing {
    return this.problem ? html`<span id="problem" class="problem" role="alert">${this.problem}</span>` : nothing;
  }

  override focus(): void {
    const control = this.renderRoot.querySelector<HTMLElement>('input, select, textarea, button');
    if (control) control.focus();
    else super.focus();
  }
}
