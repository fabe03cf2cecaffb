import { css } from 'lit';

export const jobScheduleStyles = css`
  .grid {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(200px, 100%), 1fr));
    gap: var(--space-4);
  }
  /* A date with its time needs more than the others, in the languages where it is written longest. */
  .grid.once {
    grid-template-columns: repeat(auto-fit, minmax(min(260px, 100%), 1fr));
  }
  .input {
    max-width: 100%;
  }
  .wide {
    grid-column: 1 / -1;
  }
  input.mono {
    font-family: var(--font-mono);
  }
  cqa-job-due {
    margin-top: var(--space-4);
  }
`;
