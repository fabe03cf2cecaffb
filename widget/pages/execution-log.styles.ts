import { css } from 'lit';

export const executionLogStyles = css`
  .top {
    margin-bottom: var(--space-3);
  }
  .choice {
    display: flex;
    align-items: center;
    gap: 6px;
    color: var(--text-soft);
  }
  .box {
    max-height: 420px;
    overflow: auto;
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    background: var(--surface-sunken);
    font-size: var(--size-s);
  }
  li {
    display: grid;
    grid-template-columns: auto 74px minmax(0, 1fr);
    gap: var(--space-3);
    align-items: start;
    padding: 4px var(--space-3);
  }
  li + li {
    border-top: 1px solid var(--line);
  }
  li.day {
    display: block;
    font-weight: 600;
  }
  .level {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    font-size: var(--size-xs);
    font-weight: 600;
    --mark: var(--surface-sunken);
  }
  .idle .level {
    color: var(--text-soft);
    font-weight: 400;
  }
  .warn .level {
    color: var(--warn);
  }
  .bad .level {
    color: var(--bad);
  }
  .warn {
    background: var(--warn-soft);
  }
  .bad {
    background: var(--bad-soft);
  }
  @media (max-width: 520px) {
    li {
      grid-template-columns: auto minmax(0, 1fr);
      gap: 2px var(--space-2);
    }
    .message {
      grid-column: 1 / -1;
    }
  }
`;
