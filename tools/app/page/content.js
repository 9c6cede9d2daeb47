// The inputs or outputs of a run: as a conversation if they are one, else as an outline that
// is easier to read than JSON.

import { h } from './dom.js';

/** @param {unknown} value */
export function contentView(value) {
  const messages = readConversation(value);
  if (messages) {
    return h('div', { className: 'talk' }, ...messages.map(({ role, text }) => h('div', { className: 'turn' }, h('span', { className: 'role' }, role), h('div', { className: 'said', dir: 'auto' }, text))));
  }
  return h('pre', { dir: 'auto', tabIndex: 0, role: 'region', aria: { label: 'Content' } }, outlineText(value).trim());
}

/**
 * Returns the messages of a conversation; null for any other value.
 *
 * @param {unknown} value
 */
function readConversation(value) {
  const list = Array.isArray(value) ? value : /** @type {any} */ (value)?.messages;
  if (!Array.isArray(list) || list.length === 0 || Object.keys(/** @type {object} */ (value)).length !== (Array.isArray(value) ? list.length : 1)) return null;
  const turns = [];
  for (const message of list) {
    const role = message?.role ?? message?.type;
    const said = messageText(message?.content);
    if (typeof role !== 'string' || said === null) return null;
    const { role: _r, type: _t, content: _c, ...rest } = message;
    turns.push({ role, text: Object.keys(rest).length > 0 ? `${said}\n${outlineText(rest)}`.trim() : said });
  }
  return turns;
}

/** @param {unknown} said */
function messageText(said) {
  if (typeof said === 'string') return said;
  if (!Array.isArray(said)) return null;
  return said.map((part) => (typeof part?.text === 'string' ? part.text : outlineText(part).trim())).join('\n');
}

/**
 * @param {unknown} value
 * @param {string} [indent]
 * @returns {string}
 */
function outlineText(value, indent = '') {
  if (value === null || typeof value !== 'object') return String(value).replaceAll('\n', '\n' + indent);
  const entries = Object.entries(value);
  if (entries.length === 0) return Array.isArray(value) ? '[]' : '{}';
  return entries.map(([key, each]) => `\n${indent}${Array.isArray(value) ? '-' : key + ':'} ${outlineText(each, indent + '  ')}`).join('');
}
