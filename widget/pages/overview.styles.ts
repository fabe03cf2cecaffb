import { css } from 'lit';

export const overviewStyles = css`
  .page {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-4);
  }
  /* It has a margin of its own below its last alert, and no height without any. */
  cqa-alerts {
    margin-bottom: calc(-1 * var(--space-4));
  }
  .pair {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr));
    gap: var(--space-4);
    align-items: start;
  }
  .card {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-3);
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    gap: 2px var(--space-3);
    align-items: baseline;
  }
  .head > h2 {
    margin-right: auto;
  }
  /* Within a card a table is no box of its own. */
  .card .table-box {
    border: 0;
    border-radius: 0;
    box-shadow: none;
    background: none;
  }
  .card tbody tr:last-child > th {
    border-bottom: 0;
  }
  tbody th {
    background: none;
    color: inherit;
    font-size: inherit;
    white-space: normal;
  }
  tbody th .soft {
    font-weight: 400;
  }
  th.break {
    min-width: 110px;
    overflow-wrap: anywhere;
  }
  tr.sum > * {
    font-weight: 650;
  }
  td.number a,
  td.number strong {
    font-variant-numeric: tabular-nums;
  }
  .fine {
    display: flex;
    gap: var(--space-2);
    align-items: center;
    color: var(--good);
    font-weight: 550;
  }
  .reason {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    overflow: hidden;
    overflow-wrap: anywhere;
  }
  tr.explained > * {
    border-bottom: 0;
  }
  tr.explained + tr > td {
    padding-top: 0;
  }
  .todo {
    font-weight: 550;
  }
  .failures {
    display: grid;
    gap: var(--space-2);
  }
  .failure {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: var(--space-1) var(--space-4);
    align-items: start;
    padding: var(--space-3);
    border: 1px solid var(--line);
    border-left: 4px solid var(--bad);
    border-radius: var(--radius-s);
  }
  .failure.partial {
    border-left-color: var(--warn);
  }
  .failure.over {
    border-left-color: var(--good);
  }
  .failure > div {
    display: grid;
    gap: var(--space-1);
  }
  .warn {
    color: var(--warn);
    font-weight: 550;
  }
  .bad {
    color: var(--bad);
    font-weight: 550;
  }
  .steps {
    display: grid;
    gap: var(--space-2);
    margin: 0 auto;
    max-width: 48ch;
    text-align: left;
    list-style: decimal inside;
  }
  @media (max-width: 560px) {
    .failure {
      grid-template-columns: minmax(0, 1fr);
    }
    .card {
      padding: var(--space-3);
    }
  }
`;
