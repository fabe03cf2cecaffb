import { css } from 'lit';

export const executionStyles = css`
  .head {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-3);
    align-items: center;
  }
  .note {
    color: var(--warn);
    font-weight: 600;
    font-size: var(--size-s);
  }
  .two {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr));
    gap: var(--space-4);
  }
  .figures {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(72px, 1fr));
    gap: var(--space-3);
    margin-top: var(--space-2);
  }
  .figures dt {
    color: var(--text-soft);
    font-size: var(--size-xs);
  }
  .figures dd {
    font-size: var(--size-xl);
    font-weight: 620;
    font-variant-numeric: tabular-nums;
    line-height: 1.25;
  }
  .figures .warn dd {
    color: var(--warn);
  }
  .figures .bad dd,
  .failed {
    color: var(--bad);
  }
  .over {
    margin-bottom: var(--space-2);
  }
  .steps {
    margin-top: var(--space-3);
    border-left: 2px solid var(--line);
    padding-left: var(--space-4);
    display: grid;
    gap: var(--space-3);
  }
  .steps li {
    position: relative;
  }
  .steps li::before {
    content: '';
    position: absolute;
    left: calc(-1 * var(--space-4) - 6px);
    top: 5px;
    width: 10px;
    height: 10px;
    border-radius: 50%;
    background: var(--good);
    border: 2px solid var(--surface);
  }
  .steps li.open::before {
    background: var(--busy);
  }
`;
