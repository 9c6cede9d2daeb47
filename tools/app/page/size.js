// Tells the host how large the page is, once a frame at most.

import { Host } from './host.js';

/** @param {Host} host */
export function reportSize(host) {
  let asked = false;
  let last = '';
  const measure = () => {
    asked = false;
    const root = document.documentElement;
    const height = root.style.height;
    root.style.height = 'max-content'; // else the page would never shrink
    const size = [Math.ceil(window.innerWidth), Math.ceil(root.getBoundingClientRect().height)];
    root.style.height = height;
    if (String(size) === last) return;
    last = String(size);
    host.measured(size[0], size[1]);
  };
  new ResizeObserver(() => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(measure);
  }).observe(document.body);
}
