import { tokens } from './tokens.ts';

export type Theme = 'auto' | 'light' | 'dark';

const storageName = 'cqa-theme';

/** Puts the tokens on the document, and the theme that was chosen last time here. */
export function installTheme(): void {
  const sheet = tokens.styleSheet;
  if (sheet) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  showTheme(chosenTheme());
}

/** A sandboxed frame may have no storage: the choice then lasts as long as the page. */
function chosenTheme(): Theme {
  const shown = document.documentElement.dataset.theme;
  const kept = shown ?? storage()?.getItem(storageName);
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}

export function chooseTheme(theme: Theme): void {
  storage()?.setItem(storageName, theme);
  showTheme(theme);
}

/** What is on the screen, whoever decided it. */
export function isDark(): boolean {
  const theme = chosenTheme();
  return theme === 'auto' ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
}

function showTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function storage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}
