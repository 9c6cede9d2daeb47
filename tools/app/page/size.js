// Reports the size of the page to the host, at most once per frame.

import { Host } from './host.js';

/** @param {Host} host */
export function reportSize(host) {
  let asked = false;
  let last = '';
  const measure = () => {
    asked = false;
    const root = document.documentElement;
    const height = root.style.height;
    root.style.height = 'max-content'; // otherwise the page would never shrink
    const size = [Math.ceil(window.innerWidth), Math.ceil(root.getBoundingClientRect().height)];
    root.style.height = height;
    if (String(size) === last) return;
    last = String(size);
    host.reportSize(size[0], size[1]);
  };
  new ResizeObserver(() => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(measure);
  }).observe(document.body);
}
