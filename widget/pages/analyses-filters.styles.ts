import { css } from 'lit';

export const analysesFiltersStyles = css`
  .filters,
  .others {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-3);
    align-items: end;
  }
  .others {
    display: contents;
  }
  label,
  .limits,
  .choice {
    display: grid;
    gap: 3px;
    min-width: 0;
    color: var(--text-soft);
    font-size: var(--size-xs);
    font-weight: 600;
  }
  .search {
    position: relative;
    flex: 1 1 190px;
    max-width: 260px;
  }
  .search svg {
    position: absolute;
    left: 9px;
    bottom: 9px;
    pointer-events: none;
  }
  .search .input {
    width: 100%;
    padding-left: 32px;
  }
  .others .input {
    width: 100%;
    min-width: 0;
  }
  label:has([type='date']) {
    width: 132px;
  }
  label:has(select) {
    width: 150px;
  }
  .choice {
    width: 120px;
  }
  .pair {
    display: flex;
    gap: var(--space-1);
    width: 132px;
  }
  .fold {
    display: none;
  }
  .wrong {
    margin-top: var(--space-2);
    color: var(--bad);
    font-size: var(--size-s);
    font-weight: 550;
  }
  @media (max-width: 640px) {
    .search {
      max-width: none;
    }
    .fold {
      display: inline-flex;
    }
    .others {
      display: none;
    }
    .others.unfolded {
      display: grid;
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      width: 100%;
    }
    .others > * {
      width: auto;
    }
    .others label:has([type='date']),
    .others label:has(select),
    .others .choice,
    .others .pair {
      width: auto;
    }
  }
`;
