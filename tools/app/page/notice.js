// What the page has to say about itself: what went wrong, what is missing, what
// has just happened.

import { h, setAria } from './dom.js';

const spoken = h('p', { className: 'unseen', role: 'status' });

/** The place from which screen readers are told what happened. */
export const announcer = spoken;

/** @param {string} text */
export function announce(text) {
  spoken.textContent = text;
}

/**
 * @param {'bad' | 'note'} kind
 * @param {...(Node | string | null)} children
 */
export function notice(kind, ...children) {
  return h('div', { className: `notice ${kind}`, role: kind === 'bad' ? 'alert' : 'note' }, ...children);
}

/**
 * An error in words; some of them are LangSmith's or the host's.
 *
 * @param {unknown} error
 */
export function why(error) {
  const text = error instanceof Error ? error.message : String(error);
  return h('bdi', { className: 'why', dir: 'auto' }, text.slice(0, 2000));
}

/** @param {unknown} error */
export function isAbort(error) {
  return error instanceof DOMException && error.name === 'AbortError';
}

/**
 * Does what a button is for. Meanwhile it is busy; what goes wrong is said in
 * the outlet.
 *
 * @param {HTMLElement} button
 * @param {HTMLElement} outlet
 * @param {() => Promise<unknown>} work
 * @returns {Promise<boolean>} whether it went well
 */
export async function attempt(button, outlet, work) {
  if (button.getAttribute('aria-busy') === 'true') return false;
  setAria(button, 'busy', true);
  outlet.replaceChildren();
  try {
    await work();
    return true;
  } catch (error) {
    if (!isAbort(error)) outlet.replaceChildren(notice('bad', why(error)));
    return false;
  } finally {
    setAria(button, 'busy', null);
  }
}
