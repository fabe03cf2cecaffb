import { css } from 'lit';

export const jobsStyles = css`
  .schedule {
    min-width: 140px;
    max-width: 280px;
  }
  .by {
    max-width: 130px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .name {
    min-width: 130px;
  }
  @container (max-width: 1040px) {
    .schedule {
      min-width: 100px;
    }
    td.name {
      min-width: 84px;
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
  cqa-problem {
    margin-bottom: var(--space-4);
  }
`;
