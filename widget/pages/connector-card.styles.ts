import { css } from 'lit';

export const connectorCardStyles = css`
  .card {
    display: grid;
    gap: var(--space-3);
  }
  .head {
    display: flex;
    gap: var(--space-3);
    align-items: flex-start;
  }
  .mark {
    display: grid;
    place-items: center;
    flex: none;
    width: 40px;
    height: 40px;
    border-radius: var(--radius-m);
    background: var(--accent-soft);
    color: var(--accent);
  }
  .off .mark {
    background: var(--idle-soft);
    color: var(--idle);
  }
  dl {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 6px var(--space-3);
    font-size: var(--size-s);
  }
  dt {
    color: var(--text-soft);
  }
  .fine {
    color: var(--good);
    font-weight: 550;
  }
  .wrong {
    color: var(--bad);
    font-weight: 550;
  }
  .links-warning {
    display: flex;
    gap: var(--space-2);
    color: var(--warn);
    font-weight: 550;
  }
  .links-warning svg {
    flex: none;
    margin-top: 2px;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    padding-top: var(--space-3);
    border-top: 1px solid var(--line);
  }
`;
