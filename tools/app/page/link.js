// A link to a page of LangSmith's: opened by the host, or an address to copy if the host
// opens no links.

import { button, h } from './dom.js';
import { Host } from './host.js';
import { attempt } from './notice.js';

/**
 * @param {Host} host
 * @param {string | undefined} url
 * @param {string} [about] what it leads to, where the label alone would not tell
 */
export function pageLink(host, url, about = '') {
  if (!url || !/^https?:\/\//i.test(url)) return null;
  const outlet = h('span', { className: 'outlet' });
  if (!host.opensLinks) {
    const field = h('input', { className: 'address', readOnly: true, value: url, aria: { label: `Address in LangSmith ${about}`.trim() }, on: { focus: () => field.select() } });
    return h('span', { className: 'address-line' }, h('span', { className: 'quiet' }, 'This host opens no links; the address: '), field);
  }
  const open = button('Open in LangSmith', () => attempt(open, outlet, () => host.open(url)), {
    className: 'link',
    title: url,
    aria: { label: about ? `Open in LangSmith: ${about}` : null },
  });
  return h('span', {}, open, outlet);
}
