import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type ExecutionStatus, executionStatuses } from '../../shared/execution.ts';
import { chosenWords, stateChoice, stateChoices } from '../parts/state-choice.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { executionWords } from '../words/status.ts';
import '../parts/drop-down.ts';

/**
 * A choice of several states, each with what it means; closed it says what is chosen.
 * @fires choose with the states chosen now
 */
@customElement('cqa-execution-status-filter')
export class ExecutionStatusFilterElement extends LitElement {
  static override styles = [
    base,
    controls,
    stateChoices,
    css`
      cqa-drop-down {
        --drop-width: 440px;
      }
    `,
  ];

  @property({ attribute: false }) chosen: readonly ExecutionStatus[] = [];

  private choose(statuses: readonly ExecutionStatus[]): void {
    this.dispatchEvent(new CustomEvent('choose', { detail: statuses }));
  }

  /** The button goes with the choice; what has the focus must stay. */
  private readonly chooseAll = (): void => {
    this.renderRoot.querySelector('input')?.focus();
    this.choose([]);
  };

  private toggle(status: ExecutionStatus, isChosen: boolean): void {
    this.choose(executionStatuses.filter((each) => (each === status ? isChosen : this.chosen.includes(each))));
  }

  override render() {
    return html`<cqa-drop-down label="Status" .words=${chosenWords(this.chosen, executionWords)}>
      <fieldset>
        <legend>Any of these states</legend>
        ${executionStatuses.map((status) =>
          stateChoice(status, executionWords[status], this.chosen.includes(status), (isChosen) =>
            this.toggle(status, isChosen),
          ),
        )}
      </fieldset>
      ${
        this.chosen.length > 0
          ? html`<button class="button small" type="button" @click=${this.chooseAll}>Show all</button>`
          : nothing
      }
    </cqa-drop-down>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-execution-status-filter': ExecutionStatusFilterElement;
  }
}
