import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { isOutdated, type Problem } from '../api/problem.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import './problem.ts';

/**
 * Why a form was not saved. Where somebody has changed meanwhile what it was opened with, nothing of the form is touched
 * until its person asks for what is there now.
 * @fires load - with whether what was changed in the form is to be kept in it
 */
@customElement('cqa-not-saved')
export class NotSavedElement extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .row {
        margin-top: var(--space-2);
        flex-wrap: wrap;
      }
    `,
  ];

  @property({ attribute: false }) problem: Problem | undefined;
  @property({ type: Boolean }) busy = false;

  protected override willUpdate(): void {
    this.hidden = this.problem === undefined;
  }

  private offer(words: string, keepsChanges: boolean): TemplateResult {
    const load = () => this.dispatchEvent(new CustomEvent('load', { detail: keepsChanges }));
    return html`<button class="button small" type="button" ?disabled=${this.busy} @click=${load}>${words}</button>`;
  }

  override render() {
    const { problem } = this;
    return html`<cqa-problem .problem=${problem}></cqa-problem>
      ${
        problem && isOutdated(problem)
          ? html`<div class="row">
            ${this.offer('Load it and keep my changes', true)} ${this.offer('Load it and drop my changes', false)}
          </div>`
          : nothing
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-not-saved': NotSavedElement;
  }
}
