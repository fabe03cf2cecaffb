import { css } from 'lit';

/** Buttons and inputs. Native elements with our look: they bring keyboard, autofill and validity with them. */
export const controls = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-height: 36px;
    padding: 0 var(--space-3);
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    background: var(--surface);
    color: var(--text);
    font: inherit;
    font-weight: 550;
    line-height: 1.2;
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
    transition:
      background var(--quick),
      border-color var(--quick);
  }
  .button:hover:not(:disabled) {
    background: var(--surface-hover);
    border-color: var(--line-strong);
    color: var(--text);
  }
  .button:disabled {
    opacity: 0.55;
    cursor: not-allowed;
  }
  .button.primary {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
  }
  .button.primary:hover:not(:disabled) {
    background: var(--accent-strong);
    border-color: var(--accent-strong);
    color: var(--on-accent);
  }
  .button.danger {
    background: var(--bad);
    border-color: var(--bad);
    color: var(--on-bad);
  }
  .button.danger:hover:not(:disabled) {
    filter: brightness(0.93);
    background: var(--bad);
    color: var(--on-bad);
  }
  .button.quiet {
    border-color: transparent;
    background: transparent;
    color: var(--text-soft);
  }
  .button.quiet:hover:not(:disabled) {
    background: var(--surface-hover);
    color: var(--text);
  }
  .button.small {
    min-height: 30px;
    padding: 0 var(--space-2);
    font-size: var(--size-s);
  }
  .button.icon {
    width: 36px;
    padding: 0;
    flex: none;
  }
  .button.icon.small {
    width: 30px;
  }
  .input {
    width: 100%;
    min-height: 38px;
    padding: 7px var(--space-3);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-s);
    background: var(--surface);
    color: var(--text);
    font: inherit;
    font-weight: 400;
  }
  .input::placeholder {
    color: var(--text-soft);
    opacity: 0.85;
  }
  .input:focus-visible {
    outline-offset: 0;
    border-color: var(--focus);
  }
  .input[aria-invalid='true'] {
    border-color: var(--bad);
  }
  .input.compact {
    width: auto;
    min-height: 34px;
    padding: 4px var(--space-2);
    font-size: var(--size-s);
  }
  textarea.input {
    resize: vertical;
    line-height: 1.45;
  }
  input[type='checkbox'],
  input[type='radio'] {
    width: 17px;
    height: 17px;
    margin: 0;
    accent-color: var(--accent);
    flex: none;
  }
  label.check {
    display: flex;
    gap: var(--space-2);
    align-items: center;
    cursor: pointer;
    min-height: 30px;
  }
  .field {
    display: grid;
    gap: 5px;
    align-content: start;
    min-width: 0;
  }
  .field > label,
  .field > .label,
  legend {
    font-size: var(--size-s);
    font-weight: 600;
    padding: 0;
  }
  .field .hint {
    color: var(--text-soft);
    font-size: var(--size-s);
  }
  .field .problem {
    color: var(--bad);
    font-size: var(--size-s);
    font-weight: 550;
  }
  legend {
    margin-bottom: 5px;
  }
  fieldset {
    border: 0;
    margin: 0;
    padding: 0;
    min-width: 0;
  }
`;

/** Tables scroll sideways inside their own box, so that a narrow page never does. */
export const tables = css`
  .table-box {
    /* Holds what is placed absolutely inside, which would widen the page otherwise. */
    position: relative;
    overflow-x: auto;
    container-type: inline-size;
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    box-shadow: var(--shadow-card);
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: var(--size-s);
  }
  th,
  td {
    padding: 10px var(--space-3);
    text-align: left;
    vertical-align: top;
    border-bottom: 1px solid var(--line);
  }
  tbody tr:last-child > td {
    border-bottom: 0;
  }
  th {
    color: var(--text-soft);
    font-size: var(--size-xs);
    font-weight: 600;
    white-space: nowrap;
    background: var(--surface-sunken);
  }
  th.number,
  td.number {
    text-align: right;
  }
  tbody tr.link {
    cursor: pointer;
  }
  tbody tr.link:hover {
    background: var(--surface-hover);
  }
  td.break {
    min-width: 104px;
    overflow-wrap: break-word;
  }
  .actions {
    position: sticky;
    right: 0;
  }
  td.actions {
    text-align: right;
    white-space: nowrap;
    padding: 6px var(--space-2);
    background: var(--surface);
    box-shadow: -1px 0 0 var(--line);
  }
  td.actions:empty {
    box-shadow: none;
  }
  tr.link:hover td.actions {
    background: var(--surface-hover);
  }
  /* What the widest tables need in full; below that they close up, so that they still fit a frame of 900 pixels. */
  @container (max-width: 1040px) {
    th,
    td {
      padding-inline: var(--space-2);
    }
    td.break {
      min-width: 84px;
    }
    /* Two lines, not three. */
    td > cqa-time {
      display: inline-block;
      min-width: 84px;
      white-space: normal;
    }
  }
  /* What a narrow page has no column for stands below the row's first words instead. */
  @container (max-width: 720px) {
    .minor {
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
  @container (max-width: 640px) {
    .actions {
      position: static;
    }
    td.actions {
      box-shadow: none;
    }
  }
`;
