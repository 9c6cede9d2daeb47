// The host's theme: colours, fonts, light or dark, and insets. The style sheet has defaults.

/** @import { HostContext } from './types' */

const fonts = new CSSStyleSheet();
let fontRules = '';

/** @param {HostContext} context */
export function applyTheme(context) {
  const root = document.documentElement;
  if (context.theme === 'light' || context.theme === 'dark') {
    root.dataset.theme = context.theme;
    root.style.colorScheme = context.theme;
  }
  for (const [name, value] of Object.entries(context.styles?.variables ?? {})) {
    if (name.startsWith('--') && value) root.style.setProperty(name, value);
  }
  for (const [edge, inset] of Object.entries(context.safeAreaInsets ?? {})) {
    root.style.setProperty(`--inset-${edge}`, `${Number(inset) || 0}px`);
  }
  // A constructed style sheet, since the page's policy allows no further style element.
    // Font faces in it work; an @import is ignored.
  const rules = context.styles?.css?.fonts ?? '';
  if (rules === fontRules) return;
  fontRules = rules;
  fonts.replaceSync(rules);
  document.adoptedStyleSheets = [fonts];
}
