import { html, svg, type TemplateResult } from 'lit';

const shapes = {
  home: svg`<rect x="3.5" y="3.5" width="7" height="9" rx="1.5"/><rect x="13.5" y="3.5" width="7" height="5" rx="1.5"/><rect x="13.5" y="11.5" width="7" height="9" rx="1.5"/><rect x="3.5" y="15.5" width="7" height="5" rx="1.5"/>`,
  list: svg`<path d="M8 6h12M8 12h12M8 18h12"/><path d="M3.5 6h.01M3.5 12h.01M3.5 18h.01" stroke-width="2.6"/>`,
  import: svg`<path d="M12 3v11m0 0-4-4m4 4 4-4"/><path d="M4 15v4a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-4"/>`,
  export: svg`<path d="M12 14V3m0 0L8 7m4-4 4 4"/><path d="M4 15v4a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-4"/>`,
  jobs: svg`<rect x="3" y="4.5" width="18" height="16" rx="2.5"/><path d="M3 9.5h18M8 2.5v4M16 2.5v4M9 15l2 2 4-4"/>`,
  history: svg`<path d="M3.5 12a8.5 8.5 0 1 0 2.6-6.1L3.5 8.3"/><path d="M3.5 3.5v4.8h4.8M12 7.5V12l3 2"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  play: svg`<path d="M7 4.8v14.4a.6.6 0 0 0 .9.5l11.6-7.2a.6.6 0 0 0 0-1L7.9 4.300a.6.6 0 0 0-.9.5Z"/>`,
  pause: svg`<path d="M8 5v14M16 5v14" stroke-width="2.4"/>`,
  power: svg`<path d="M12 3v9"/><path d="M7 6.600a8 8 0 1 0 10 0"/>`,
  edit: svg`<path d="M4 20l.8-4L16.3 4.500a2.1 2.1 0 0 1 3 3L8 19.2 4 20Z"/>`,
  trash: svg`<path d="M4 6.500h16M9 6V4.500A1.5 1.5 0 0 1 10.5 3h3A1.5 1.5 0 0 1 15 4.500V6M6 6.500l.8 13A1.5 1.5 0 0 0 8.3 21h7.400a1.5 1.5 0 0 0 1.5-1.500l.8-13"/>`,
  close: svg`<path d="M6 6l12 12M18 6 6 18"/>`,
  check: svg`<path d="m5 12.5 4.5 4.500L19 7.5"/>`,
  copy: svg`<rect x="8.5" y="8.5" width="12" height="12" rx="2"/><path d="M15.5 8.500v-3a2 2 0 0 0-2-2h-8a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h3"/>`,
  download: svg`<path d="M12 4v11m0 0-4-4m4 4 4-4M5 20h14"/>`,
  warning: svg`<path d="M12 4 2.8 19.500h18.400L12 4Z"/><path d="M12 10v4.500M12 17h.01"/>`,
  bell: svg`<path d="M6 10a6 6 0 0 1 12 0v4l2 3.5H4L6 14v-4Z"/><path d="M10 20.5h4"/>`,
  sun: svg`<circle cx="12" cy="12" r="4"/><path d="M12 2.500v2M12 19.500v2M2.5 12h2M19.5 12h2M5.3 5.300l1.4 1.400M17.3 17.300l1.4 1.400M5.3 18.700l1.4-1.400M17.3 6.700l1.4-1.4"/>`,
  moon: svg`<path d="M20 14.500A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.500Z"/>`,
  out: svg`<path d="M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M10 16l-4-4 4-4M6 12h10"/>`,
  menu: svg`<path d="M4 6.500h16M4 12h16M4 17.500h16"/>`,
  back: svg`<path d="M15 5l-7 7 7 7"/>`,
  forward: svg`<path d="m9 5 7 7-7 7"/>`,
  search: svg`<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>`,
  server: svg`<rect x="3.5" y="4" width="17" height="7" rx="2"/><rect x="3.5" y="13" width="17" height="7" rx="2"/><path d="M7.5 7.500h.01M7.5 16.500h.01"/>`,
  plug: svg`<path d="M9 3v5M15 3v5M6.5 8h11v3a5.5 5.5 0 0 1-11 0V8ZM12 16.500V21"/>`,
  lock: svg`<rect x="5" y="10.5" width="14" height="10" rx="2"/><path d="M8 10.500V8a4 4 0 0 1 8 0v2.5"/>`,
  key: svg`<circle cx="8" cy="15.5" r="4.5"/><path d="m11.3 12.300 8.200-8.300M15.5 8.200l3 3M18.300 5.400l2.200 2.200"/>`,
  eye: svg`<path d="M2.5 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12Z"/><circle cx="12" cy="12" r="3"/>`,
  again: svg`<path d="M20 12a8 8 0 1 1-2.400-5.700L20 8.500"/><path d="M20 3.500v5h-5"/>`,
  up: svg`<path d="M12 19V5m0 0-5 5m5-5 5 5"/>`,
  down: svg`<path d="M12 5v14m0 0-5-5m5 5 5-5"/>`,
  grip: svg`<path d="M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01"/>`,
  user: svg`<circle cx="12" cy="8" r="4"/><path d="M4.5 20.500a7.5 7.5 0 0 1 15 0"/>`,
  users: svg`<circle cx="9" cy="8.5" r="3.500"/><path d="M2.5 19.500a6.5 6.5 0 0 1 13 0"/><path d="M16 5.300a3.5 3.5 0 0 1 0 6.400M18 14.200a6.5 6.5 0 0 1 3.5 5.300"/>`,
  campaign: svg`<path d="M4 7.500A1.5 1.5 0 0 1 5.5 6h4l2 2.500h7A1.5 1.5 0 0 1 20 10v8a1.5 1.5 0 0 1-1.5 1.500h-13A1.5 1.5 0 0 1 4 18V7.500Z"/><path d="M9 13.500v2M12 12v5M15 13.500v2"/>`,
  wave: svg`<path d="M4 10.500v3M8 7v10M12 4v16M16 8v8M20 10.500v3"/>`,
} as const;

export type IconName = keyof typeof shapes;

/** A line drawing of 1 em by `size` pixels in the text's colour. Always decoration: the words stand beside it. */
export function icon(name: IconName, size = 18): TemplateResult {
  return drawing(shapes[name], size);
}

/** The same for a shape that is kept elsewhere: lines on a ground of 24 by 24. */
export function drawing(shape: TemplateResult<2>, size: number): TemplateResult {
  return html`<svg
    width=${size}
    height=${size}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    ${shape}
  </svg>`;
}
