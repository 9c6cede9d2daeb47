// Messages of the page: errors, missing parts, and announcements.

import { h, setAria } from './dom.js';

const status = h('p', { className: 'unseen', role: 'status' });

/** The element that screen readers read announcements from. */
export const announcer = status;

/** @param {string} text */
export function announce(text) {
  status.textContent = text;
}

/**
 * @param {'bad' | 'note'} kind
 * @param {...(Node | string | null)} children
 */
export function notice(kind, ...children) {
  return h('div', { className: `notice ${kind}`, role: kind === 'bad' ? 'alert' : 'note' }, ...children);
}

/**
 * Returns an error's text, which may be LangSmith's or the host's.
 *
 * @param {unknown} error
 */
export function errorText(error) {
  const text = error instanceof Error ? error.message : String(error);
  return h('bdi', { className: 'why', dir: 'auto' }, text.slice(0, 2000));
}

/** @param {unknown} error */
export function isAbort(error) {
  return error instanceof DOMException && error.name === 'AbortError';
}

/**
 * Runs the action of a button, which is busy meanwhile. An error is shown in the outlet.
 *
 * @param {HTMLElement} button
 * @param {HTMLElement} outlet
 * @param {() => Promise<unknown>} work
 * @returns {Promise<boolean>} whether it succeeded
 */
export async function attempt(button, outlet, work) {
  if (button.getAttribute('aria-busy') === 'true') return false;
  setAria(button, 'busy', true);
  outlet.replaceChildren();
  try {
    await work();
    return true;
  } catch (error) {
    if (!isAbort(error)) outlet.replaceChildren(notice('bad', errorText(error)));
    return false;
  } finally {
    setAria(button, 'busy', null);
  }
}
