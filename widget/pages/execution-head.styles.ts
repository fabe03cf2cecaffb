import { css } from 'lit';

export const executionHeadStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-3);
  }
  .head {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: var(--space-2) var(--space-4);
    align-items: start;
  }
  .what {
    display: grid;
    gap: var(--space-1);
  }
  .foot {
    grid-column: 1 / -1;
    display: grid;
    gap: var(--space-1);
  }
  .note {
    color: var(--warn);
    font-weight: 600;
    font-size: var(--size-s);
  }
  .waits {
    color: var(--warn);
    font-weight: 550;
  }
  .chain {
    display: grid;
    gap: var(--space-1);
  }
  @media (max-width: 640px) {
    .head {
      grid-template-columns: minmax(0, 1fr);
    }
    .actions .button {
      width: 100%;
    }
  }
`;
