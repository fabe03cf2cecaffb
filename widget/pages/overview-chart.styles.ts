import { css } from 'lit';

/** Each series has a colour of at least 3 : 1 against the ground in both themes, and a shape of its own. */
export const chartStyles = css`
  :host {
    --imported: light-dark(#5b6ad6, #8796f5);
    --analysed: light-dark(#0b6e62, #63dcc9);
    --rejected: light-dark(#b3243b, #ff96a4);
  }
  figure {
    position: relative;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-3);
  }
  .plot {
    position: relative;
    min-height: 220px;
    outline-offset: 4px;
    touch-action: pan-y;
  }
  svg.chart {
    display: block;
    width: 100%;
    height: 220px;
    overflow: visible;
  }
  text {
    fill: var(--text-soft);
    font: var(--size-xs) var(--font);
    font-variant-numeric: tabular-nums;
  }
  .grid {
    stroke: var(--line);
  }
  .chosen {
    fill: var(--surface-hover);
  }
  .plot:focus-visible .chosen {
    fill: var(--accent-soft);
  }
  text.chosen-day {
    fill: var(--text);
    font-weight: 650;
  }
  .imported {
    fill: var(--imported);
  }
  .line {
    fill: none;
    stroke-width: 2.2;
    stroke-linejoin: round;
  }
  .halo {
    fill: none;
    stroke: var(--surface);
    stroke-width: 5;
    stroke-linejoin: round;
  }
  .line.analysed {
    stroke: var(--analysed);
  }
  .mark.analysed {
    fill: var(--surface);
    stroke: var(--analysed);
    stroke-width: 2;
  }
  .line.rejected {
    stroke: var(--rejected);
    stroke-dasharray: 5 4;
  }
  .mark.rejected {
    fill: var(--rejected);
    stroke: var(--surface);
    stroke-width: 1.5;
  }
  .readout {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-4);
    align-items: center;
    font-size: var(--size-s);
    font-variant-numeric: tabular-nums;
  }
  .readout .day {
    min-width: 11ch;
    font-weight: 650;
  }
  .series {
    display: inline-flex;
    gap: 6px;
    align-items: center;
  }
  summary {
    width: fit-content;
    color: var(--accent);
    font-size: var(--size-s);
    font-weight: 550;
    cursor: pointer;
  }
  details .table-box {
    margin-top: var(--space-2);
    max-height: 320px;
    overflow-y: auto;
  }
  tbody th {
    background: none;
    color: inherit;
    font-size: inherit;
  }
`;
