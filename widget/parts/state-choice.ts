import { css, html, type TemplateResult } from 'lit';
import type { StatusWords } from '../words/status.ts';
import { stateShape } from './status.ts';

/** How a list of states to choose from looks; each is a `stateChoice`. */
export const stateChoices = css`
  label {
    display: grid;
    grid-template-columns: auto auto 1fr;
    gap: 2px var(--space-2);
    align-items: center;
    padding: 6px var(--space-1);
    border-radius: var(--radius-s);
    cursor: pointer;
  }
  label:hover {
    background: var(--surface-hover);
  }
  label .meaning {
    grid-column: 3;
    font-size: var(--size-xs);
  }
  svg {
    --mark: var(--surface-raised);
  }
  .idle svg {
    color: var(--idle);
  }
  .busy svg {
    color: var(--busy);
  }
  .good svg {
    color: var(--good);
  }
  .warn svg {
    color: var(--warn);
  }
  .bad svg {
    color: var(--bad);
  }
`;

/** A state to choose, with what it means. */
export function stateChoice(
  status: string,
  { word, meaning, tone, shape }: StatusWords,
  isChosen: boolean,
  choose: (isChosen: boolean) => void,
): TemplateResult {
  return html`<label class=${tone}>
    <input
      type="checkbox"
      aria-describedby=${status}
      .checked=${isChosen}
      @change=${(event: Event) => choose((event.target as HTMLInputElement).checked)}
    />
    ${stateShape(shape)}<span class="strong">${word}</span>
    <span class="soft meaning" id=${status} aria-hidden="true">${meaning}</span>
  </label>`;
}

/** What a closed choice says: the state's word, or how many are chosen. */
export function chosenWords<State extends string>(
  chosen: readonly State[],
  words: Readonly<Record<State, StatusWords>>,
): string {
  const [first] = chosen;
  if (first === undefined) return 'All';
  return chosen.length === 1 ? words[first].word : `${chosen.length} chosen`;
}
