import { css } from 'lit';

/** Three widths: sidebar with words; sidebar of icons (a frame of 900 × 600); a drawer (a telephone). */
export const shellStyles = css`
  :host {
    display: grid;
    grid-template: 'nav header' auto 'nav main' 1fr / 232px minmax(0, 1fr);
    min-height: 100dvh;
  }
  nav {
    grid-area: nav;
    position: sticky;
    top: 0;
    align-self: start;
    height: 100dvh;
    overflow-y: auto;
    padding: var(--space-4) var(--space-3);
    background: var(--surface);
    border-right: 1px solid var(--line);
    z-index: 3;
  }
  .brand {
    display: flex;
    align-items: center;
    gap: var(--space-3);
    padding: 0 var(--space-2) var(--space-4);
    line-height: 1.2;
    font-size: var(--size-s);
  }
  .logo {
    display: grid;
    place-items: center;
    flex: none;
    width: 34px;
    height: 34px;
    border-radius: var(--radius-m);
    background: var(--accent);
    color: var(--on-accent);
  }
  section + section {
    margin-top: var(--space-4);
  }
  nav h2 {
    padding: 0 var(--space-2) var(--space-1);
    color: var(--text-soft);
    font-size: var(--size-xs);
    font-weight: 600;
  }
  .item {
    display: flex;
    align-items: center;
    gap: var(--space-3);
    min-height: 38px;
    padding: 0 var(--space-2);
    border-radius: var(--radius-s);
    color: var(--text-soft);
    font-weight: 550;
    text-decoration: none;
  }
  .item svg {
    flex: none;
  }
  .item:hover {
    background: var(--surface-hover);
    color: var(--text);
  }
  .item[aria-current] {
    background: var(--accent-soft);
    color: var(--accent);
  }
  header {
    grid-area: header;
    position: sticky;
    top: 0;
    z-index: 2;
    display: flex;
    align-items: center;
    gap: var(--space-2);
    min-height: 60px;
    padding: var(--space-2) var(--space-5);
    background: var(--ground);
    border-bottom: 1px solid var(--line);
  }
  h1 {
    flex: 1;
    min-width: 0;
    font-size: var(--size-xl);
    font-weight: 680;
    line-height: 1.2;
    letter-spacing: -0.01em;
  }
  .account {
    display: grid;
    max-width: 200px;
    margin-left: var(--space-2);
    padding-left: var(--space-3);
    border-left: 1px solid var(--line);
    font-size: var(--size-xs);
    line-height: 1.35;
    text-align: right;
  }
  main {
    grid-area: main;
    min-width: 0;
    padding: var(--space-5);
    outline: none;
  }
  .drawer,
  .short {
    display: none;
  }
  .skip {
    position: fixed;
    top: -60px;
    left: var(--space-3);
    z-index: 9;
  }
  .skip:focus {
    top: var(--space-2);
  }
  .veil {
    position: fixed;
    inset: 0;
    background: var(--veil);
    z-index: 2;
  }

  @media (max-width: 1020px) {
    :host {
      grid-template-columns: 60px minmax(0, 1fr);
    }
    nav {
      padding-inline: var(--space-2);
    }
    nav .name {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    nav h2 {
      height: 1px;
      margin: 0 var(--space-2) var(--space-2);
      padding: 0;
      overflow: hidden;
      background: var(--line);
      color: transparent;
    }
    .brand {
      padding-inline: var(--space-1);
    }
    .item {
      justify-content: center;
    }
    header {
      padding-inline: var(--space-4);
    }
    main {
      padding: var(--space-4);
    }
  }

  /* What is made has room for its short name, the page's title for its own. */
  @media (max-width: 880px) {
    h1 {
      font-size: var(--size-l);
    }
    .wide {
      display: none;
    }
    .short {
      display: inline;
    }
  }

  @media (max-width: 640px) {
    :host {
      grid-template: 'header' auto 'main' 1fr / minmax(0, 1fr);
    }
    .drawer {
      display: inline-flex;
    }
    nav {
      display: none;
      position: fixed;
      inset: 0 auto 0 0;
      width: 248px;
      padding-inline: var(--space-3);
      box-shadow: var(--shadow-float);
    }
    nav.open {
      display: block;
    }
    nav .name {
      position: static;
      width: auto;
      height: auto;
      clip-path: none;
    }
    nav h2 {
      height: auto;
      margin: 0;
      padding: 0 var(--space-2) var(--space-1);
      background: none;
      color: var(--text-soft);
    }
    .item {
      justify-content: flex-start;
    }
    header {
      flex-wrap: wrap;
      gap: 6px;
      padding: var(--space-2) var(--space-3);
    }
    h1 {
      flex-basis: 40%;
    }
    .make {
      order: 2;
    }
    .account {
      order: 1;
      flex: 1;
      max-width: none;
      margin: 0;
      padding: 0;
      border: 0;
      text-align: left;
    }
    .account::before {
      content: none;
    }
    main {
      padding: var(--space-3);
    }
  }
`;
