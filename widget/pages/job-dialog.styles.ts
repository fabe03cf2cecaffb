import { css } from 'lit';

export const jobDialogStyles = css`
  :host {
    --dialog-width: 720px;
  }
  .two {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(240px, 100%), 1fr));
    gap: var(--space-4);
  }
  h3 {
    margin-top: var(--space-2);
    padding-bottom: var(--space-1);
    border-bottom: 1px solid var(--line);
  }
`;
