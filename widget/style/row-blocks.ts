import { css } from 'lit';

/**
 * With `tables`, where a narrow page has no width for columns: each row is a block of its own, whose grid the element
 * says. Roles written out keep it a table for who hears it.
 */
export const rowBlocks = css`
  @container (max-width: 560px) {
    table,
    tbody {
      display: block;
    }
    thead {
      position: absolute;
      /* However many columns there are: what is cut off here can be scrolled to by nobody. */
      width: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    tbody tr {
      display: grid;
      padding: var(--space-3);
      border-bottom: 1px solid var(--line);
    }
    tbody tr:last-child {
      border-bottom: 0;
    }
    tbody tr td {
      padding: 0;
      border: 0;
    }
  }
`;
