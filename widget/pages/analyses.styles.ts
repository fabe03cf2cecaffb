import { css } from 'lit';

export const analysesStyles = css`
  cqa-analyses-filters,
  cqa-analyses-chips {
    margin-bottom: var(--space-3);
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
    margin-left: auto;
  }
  .why {
    display: block;
    color: var(--text-soft);
    max-width: 280px;
  }
  .failure {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    overflow: hidden;
    min-width: 160px;
    max-width: 280px;
    color: var(--bad);
  }
  @container (max-width: 1040px) {
    .failure {
      min-width: 130px;
    }
  }
  @container (max-width: 560px) {
    tbody tr {
      grid-template-columns: repeat(2, minmax(0, 1fr));
      gap: var(--space-2) var(--space-3);
    }
    td,
    td.break {
      min-width: 0;
      overflow-wrap: anywhere;
    }
    td.number {
      text-align: left;
    }
    td.id,
    td[data-column='percentage_score'] {
      grid-column: 1 / -1;
    }
    /* Whoever hears the table is told the column by its heading. */
    td[data-title]::before {
      content: attr(data-title);
      content: attr(data-title) / '';
      display: block;
      color: var(--text-soft);
      font-size: var(--size-xs);
    }
    .why,
    .failure {
      max-width: none;
    }
  }
  @media (max-width: 640px) {
    .tools {
      margin-left: 0;
    }
  }
`;
