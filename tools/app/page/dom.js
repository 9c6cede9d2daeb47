// Elements without markup: every text becomes a text node, so that no text of users or models
// can become an element, and no attribute has a handler.

/**
 * Returns a new element. `props` are DOM properties; `dataset`, `aria` and `role` become
  * attributes, `on` listeners. Children that are null are left out.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [props]
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (key === 'on') for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else if (key === 'aria') for (const [name, state] of Object.entries(value)) setAria(element, name, state);
    else if (key === 'dataset') Object.assign(element.dataset, value);
    else if (key === 'role') element.setAttribute(key, value);
    else Object.assign(element, { [key]: value });
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * Sets an ARIA attribute, or removes it if there is no value.
 *
 * @param {Element} element
 * @param {string} name without aria-
 * @param {unknown} value
 */
export function setAria(element, name, value) {
  if (value === undefined || value === null) element.removeAttribute('aria-' + name);
  else element.setAttribute('aria-' + name, String(value));
}

/**
 * Returns text of users or models, isolated from the writing direction of its surroundings.
 *
 * @param {string} text
 * @param {string} [className]
 */
export function foreign(text, className = '') {
  return h('bdi', { className: 'foreign ' + className, dir: 'auto' }, text);
}

/**
 * Returns text for screen readers only.
 *
 * @param {string} text
 */
export function unseen(text) {
  return h('span', { className: 'unseen' }, text);
}

/**
 * @param {string} label
 * @param {(event: MouseEvent) => void} click
 * @param {Record<string, any>} [props]
 */
export function button(label, click, props = {}) {
  return h('button', { type: 'button', on: { click }, ...props }, label);
}
