import { css } from 'lit';

export const playerStyles = css`
  :host {
    display: grid;
    gap: var(--space-3);
  }
  .lanes {
    position: relative;
    display: grid;
    grid-template-columns: 76px minmax(0, 1fr);
    gap: 6px var(--space-2);
    align-items: center;
  }
  .who {
    font-size: var(--size-s);
    font-weight: 600;
  }
  .who.agent {
    color: var(--agent);
  }
  .who.customer {
    color: var(--customer);
  }
  .lane {
    width: 100%;
    height: 40px;
    border-radius: var(--radius-s);
    background: var(--surface-sunken);
  }
  rect.agent,
  rect.speech {
    fill: var(--agent);
  }
  rect.customer {
    fill: var(--customer);
  }
  rect.dead {
    fill: var(--warn);
    opacity: 0.28;
  }
  rect.overlap {
    fill: var(--bad);
    opacity: 0.6;
  }
  .touch {
    position: absolute;
    inset: 0 0 0 84px;
    cursor: pointer;
    touch-action: pan-y;
  }
  .head {
    position: absolute;
    top: -3px;
    bottom: -3px;
    width: 2px;
    margin-left: -1px;
    border-radius: 2px;
    background: var(--text);
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-3);
    padding-left: 84px;
  }
  .legend i {
    display: inline-block;
    width: 12px;
    height: 10px;
    margin-right: 5px;
    border-radius: 2px;
  }
  .legend .dead {
    background: var(--warn);
    opacity: 0.4;
  }
  .legend .overlap {
    background: var(--bad);
    opacity: 0.7;
  }
  .controls {
    display: flex;
    gap: var(--space-3);
    align-items: center;
  }
  .seek {
    flex: 1;
    min-width: 60px;
    accent-color: var(--accent);
  }
  .clock {
    font-variant-numeric: tabular-nums;
    font-size: var(--size-s);
    white-space: nowrap;
  }
  @media (max-width: 520px) {
    .controls {
      flex-wrap: wrap;
      gap: var(--space-2);
    }
  }
`;
