import { css } from 'lit';

export const chosenColumnsStyles = css`
  :host {
    container-type: inline-size;
  }
  ol {
    position: relative;
    max-height: 330px;
    overflow-y: auto;
    overscroll-behavior: contain;
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
  }
  li {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: center;
    gap: 2px var(--space-2);
    padding: 3px 4px 3px 0;
    background: var(--surface);
  }
  li + li {
    border-top: 1px solid var(--line);
  }
  li.dragged {
    background: var(--accent-soft);
  }
  .handle {
    display: flex;
    align-items: center;
    align-self: stretch;
    padding: 0 var(--space-1) 0 var(--space-2);
    color: var(--text-soft);
    cursor: grab;
    touch-action: none;
  }
  .dragged .handle {
    cursor: grabbing;
  }
  .body {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    align-items: center;
    gap: 2px var(--space-3);
  }
  .name {
    display: block;
  }
  .body .input {
    min-height: 32px;
    padding-block: 3px;
    font-size: var(--size-s);
  }
  .body .problem {
    grid-column: 1 / -1;
    color: var(--bad);
    font-size: var(--size-s);
    font-weight: 550;
  }
  .buttons {
    display: flex;
  }
  .none {
    padding: var(--space-3);
  }
  @container (max-width: 460px) {
    .body {
      grid-template-columns: minmax(0, 1fr);
    }
    .buttons {
      display: grid;
      grid-template-columns: auto auto;
    }
    .buttons .remove {
      grid-column: 2;
    }
  }
`;
