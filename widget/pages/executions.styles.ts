import { css } from 'lit';

export const executionsStyles = css`
  cqa-executions-filters {
    margin-bottom: var(--space-4);
  }
  .note {
    color: var(--warn);
    font-weight: 550;
  }
  .day {
    white-space: nowrap;
  }
  .result {
    min-width: 130px;
  }
  .failure {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    overflow: hidden;
    color: var(--bad);
    max-width: 340px;
  }
  .until {
    display: block;
    width: 84px;
    margin-left: auto;
    font-size: var(--size-xs);
    white-space: normal;
  }
  @container (max-width: 560px) {
    tbody tr {
      grid-template-columns: minmax(0, 1fr) auto;
      gap: var(--space-1) var(--space-3);
    }
    td.status {
      grid-area: 1 / 2;
      justify-self: end;
    }
    td.started {
      grid-area: 2 / 1;
    }
    td.started > cqa-time {
      white-space: nowrap;
    }
    td.duration {
      grid-area: 2 / 2;
    }
    td.result {
      grid-area: 3 / 1 / 4 / -1;
    }
    td.actions {
      grid-area: 4 / 1 / 5 / -1;
      padding: 0;
      text-align: left;
    }
    .until {
      width: auto;
      margin: 0;
    }
    td.actions:empty {
      display: none;
    }
    .failure {
      max-width: none;
    }
  }
`;
