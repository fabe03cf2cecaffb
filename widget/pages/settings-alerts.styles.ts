import { css } from 'lit';

export const settingsAlertsStyles = css`
  .lead {
    max-width: 72ch;
    color: var(--text-soft);
  }
  .trials li {
    display: flex;
    gap: var(--space-3);
    align-items: flex-start;
    padding: var(--space-3) var(--space-4);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    background: var(--surface);
  }
  .trials {
    display: grid;
    gap: var(--space-2);
  }
  .trials svg {
    flex: none;
    margin-top: 1px;
  }
  .trials .good svg {
    color: var(--good);
  }
  .trials .bad svg {
    color: var(--bad);
  }
  td.to {
    min-width: 150px;
    overflow-wrap: anywhere;
  }
  h2 {
    margin-bottom: var(--space-3);
  }
`;
