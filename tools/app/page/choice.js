// A select element with a label.

import { h } from './dom.js';

/**
 * Returns a labelled select element.
 *
 * @param {string} label
 * @param {{ key: string, title: string }[]} options
 * @param {string} chosen
 * @param {(key: string) => void} changed
 */
export function labelledSelect(label, options, chosen, changed) {
  const select = h('select', { on: { change: () => changed(select.value) } }, ...options.map(({ key, title }) => h('option', { value: key, selected: key === chosen }, title)));
  return h('label', { className: 'choice' }, h('span', {}, label), select);
}
