import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type InteractionStatus, interactionStatuses } from '../../shared/interaction.ts';
import { chosenWords, stateChoice, stateChoices } from '../parts/state-choice.ts';
import { base } from '../style/base.ts';
import { controls } from '../style/controls.ts';
import { analysisWords } from '../words/status.ts';
import '../parts/drop-down.ts';

/**
 * A choice of several states of interactions; closed it says what is chosen.
 * @fires choose with the states chosen now
 */
@customElement('cqa-analyses-statuses')
export class AnalysesStatusesElement extends LitElement {
  static override styles = [base, controls, stateChoices];

  @property({ attribute: false }) chosen: readonly InteractionStatus[] = [];

  private toggle(status: InteractionStatus, isChosen: boolean): void {
    const detail = interactionStatuses.filter((each) => (each === status ? isChosen : this.chosen.includes(each)));
    this.dispatchEvent(new CustomEvent('choose', { detail }));
  }

  override render() {
    return html`<cqa-drop-down label="Status" .words=${chosenWords(this.chosen, analysisWords)}>
      <fieldset>
        <legend>Any of these states</legend>
        ${interactionStatuses.map((status) =>
          stateChoice(status, analysisWords[status], this.chosen.includes(status), (isChosen) =>
            this.toggle(status, isChosen),
          ),
        )}
      </fieldset>
    </cqa-drop-down>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cqa-analyses-statuses': AnalysesStatusesElement;
  }
}
