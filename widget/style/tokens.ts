import { css } from 'lit';

/**
 * Every colour, distance and time of the console. A colour is named by its use and given as light and dark at once;
 * text on its own ground keeps a contrast of at least 4.5 : 1 in both.
 */
export const tokens = css`
  :root {
    color-scheme: light dark;

    --ground: light-dark(#f5f6fa, #0f1118);
    --surface: light-dark(#ffffff, #181b25);
    --surface-raised: light-dark(#ffffff, #1f2330);
    --surface-sunken: light-dark(#eef0f6, #12141c);
    --surface-hover: light-dark(#f1f3fb, #222736);
    --line: light-dark(#dfe3ee, #2b3042);
    --line-strong: light-dark(#8790a8, #6d7690);
    --text: light-dark(#171b2c, #e9ebf4);
    --text-soft: light-dark(#555e78, #a4adc6);
    --veil: light-dark(rgb(20 24 44 / 42%), rgb(3 4 9 / 64%));

    --accent: light-dark(#3446c4, #9aa8ff);
    --accent-strong: light-dark(#2735a0, #b6c0ff);
    --accent-soft: light-dark(#e8ebfd, #252c4c);
    --on-accent: light-dark(#ffffff, #10142c);
    --focus: light-dark(#3446c4, #9aa8ff);

    --good: light-dark(#12703f, #6fdc9f);
    --good-soft: light-dark(#def5e8, #14352a);
    --warn: light-dark(#8a4b00, #ffc46b);
    --warn-soft: light-dark(#fff0d6, #3d2d12);
    --bad: light-dark(#b3243b, #ff96a4);
    --bad-soft: light-dark(#fde6ea, #43202a);
    --on-bad: light-dark(#ffffff, #2a0d13);
    --busy: light-dark(#0b5f99, #7cc8ff);
    --busy-soft: light-dark(#dff0fc, #14303f);
    --idle: light-dark(#555e78, #a4adc6);
    --idle-soft: light-dark(#e9ecf4, #272c3c);

    --agent: light-dark(#3446c4, #9aa8ff);
    --customer: light-dark(#0c7468, #5fd6c4);

    --space-1: 4px;
    --space-2: 8px;
    --space-3: 12px;
    --space-4: 16px;
    --space-5: 24px;
    --space-6: 32px;
    --space-7: 48px;

    --radius-s: 6px;
    --radius-m: 10px;
    --radius-l: 16px;
    --radius-full: 999px;

    --shadow-card: 0 1px 2px light-dark(rgb(23 27 44 / 6%), rgb(0 0 0 / 30%));
    --shadow-float: 0 12px 40px light-dark(rgb(23 27 44 / 18%), rgb(0 0 0 / 55%));

    --font: 'Inter', system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif;
    --font-mono: ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
    --size-xs: 12px;
    --size-s: 13px;
    --size-m: 14px;
    --size-l: 16px;
    --size-xl: 20px;
    --size-xxl: 26px;

    --quick: 120ms;
    --calm: 220ms;
  }

  :root[data-theme='light'] {
    color-scheme: light;
  }
  :root[data-theme='dark'] {
    color-scheme: dark;
  }

  html,
  body {
    margin: 0;
    height: 100%;
    background: var(--ground);
    color: var(--text);
    font: var(--size-m) / 1.5 var(--font);
    -webkit-text-size-adjust: 100%;
  }

  @media (prefers-reduced-motion: reduce) {
    :root {
      --quick: 0ms;
      --calm: 0ms;
    }
  }
`;
