import { css } from 'lit';

export const jobsStyles = css`
  .schedule {
    min-width: 140px;
    max-width: 280px;
  }
  td.by {
    max-width: 160px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .name {
    min-width: 130px;
  }
  /* The other columns keep what they need; who made it gets what is left, and shows by an ellipsis that there is more. */
  @container (min-width: 641px) and (max-width: 1300px) {
    td.by {
      max-width: 0;
    }
    td > cqa-time {
      display: inline-block;
      min-width: 84px;
      white-space: normal;
    }
  }
  @container (max-width: 1040px) {
    .schedule {
      min-width: 100px;
    }
    td.name {
      min-width: 84px;
    }
  }
  @container (min-width: 900px) and (max-width: 1040px) {
    .schedule {
      min-width: 124px;
    }
  }
  /* Type and connectors stand below the name, so that the other columns keep their width. */
  @container (max-width: 899px) {
    .folded {
      display: none;
    }
    td[data-minor]::after {
      content: attr(data-minor);
      display: block;
      color: var(--text-soft);
      font-size: var(--size-xs);
      font-weight: 400;
    }
  }
  .unbroken {
    white-space: nowrap;
  }
  /* A narrow page has no width for a table: each job is a card, with what can be done with it at its foot. */
  @container (max-width: 640px) {
    table,
    tbody {
      display: block;
    }
    thead {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    tr {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: var(--space-2) var(--space-3);
      padding: var(--space-3);
      border-bottom: 1px solid var(--line);
    }
    tbody tr:last-child {
      border-bottom: 0;
    }
    tr > td {
      padding: 0;
      border: 0;
    }
    .status {
      grid-row: 1;
      grid-column: 2;
      text-align: right;
    }
    .schedule,
    .actions {
      grid-column: 1 / -1;
      max-width: none;
    }
    td.actions {
      padding: 0;
      text-align: left;
    }
    td.by {
      display: block;
      grid-column: 1 / -1;
      max-width: none;
    }
    td[data-label]::before {
      content: attr(data-label);
      display: block;
      color: var(--text-soft);
      font-size: var(--size-xs);
    }
  }
  .system {
    padding: 1px 6px;
    border-radius: var(--radius-s);
    background: var(--idle-soft);
    color: var(--idle);
    font-size: var(--size-xs);
    font-weight: 600;
    white-space: nowrap;
    display: inline-block;
  }
  .over {
    color: var(--warn);
  }
  cqa-problem {
    margin-bottom: var(--space-4);
  }
`;
