// The table of categories: a treegrid as in the ARIA Authoring Practices, with the focus on
// rows. It is one tab stop; arrow keys move, open and close, Enter shows a category.

import { button, foreign, h, setAria } from './dom.js';
import { formatCount, valueOrDash, percent } from './format.js';
import { describeNode } from './map.js';
import { metrics, formatStat } from './metrics.js';
import { pathTo } from './category_tree.js';
import { Report } from './report.js';

/** @import { Node } from './types' */

// The maximum number of categories for which all rows are open at first.
const openUpTo = 40;

export class Tree {
  #open;
  #hidden = h('span', { className: 'quiet' });
  #all = button('', () => this.#toggleHeight());
  #body = h('div', { role: 'rowgroup' });
  /** @type {HTMLElement[]} */
  #headings;
  /** @type {Report | null} */
  #report = null;
  /** @type {Set<string>} */
  #expanded = new Set();
  /** @type {Set<string>} the categories that have had a row, or could have had */
  #known = new Set();
  #focused = '';
  /** @type {string | undefined} the selection that was shown last */
  #shown;

  /** @param {(node: Node, byKey: boolean) => void} open */
  constructor(open) {
    this.#open = open;
    const headings = [['Category', ''], ['Traces', 'num_runs'], ['Share', ''], ...metrics.slice(1).map(({ short, key }) => [short, key])];
    this.#headings = headings.map(([title, order]) => h('span', { role: 'columnheader', dataset: { order } }, title));
    this.element = h(
      'div',
      { className: 'tree', role: 'treegrid', aria: { label: 'Categories', describedby: 'tree-help' } },
      h('div', { role: 'rowgroup', className: 'tree-head' }, h('div', { role: 'row', className: 'row' }, ...this.#headings)),
      this.#body,
    );
    this.help = h('p', { id: 'tree-help', className: 'unseen' }, 'Up and down arrows move, right and left open and close, Enter goes into a category.');
    this.more = h('div', { className: 'tree-more', hidden: true }, this.#hidden, this.#all);
    this.element.addEventListener('scroll', () => this.#count(), { passive: true });
    new ResizeObserver(() => this.#count()).observe(this.element);
    this.#body.addEventListener('click', (event) => this.#handleClick(event));
    this.#body.addEventListener('keydown', (event) => this.#handleKey(event));
    this.#body.addEventListener('focusin', (event) => this.#handleFocus(/** @type {HTMLElement} */ (event.target)));
  }

  /** @param {Report} report */
  update(report) {
    this.#report = report;
    for (const { id } of report.all()) {
      if (report.total <= openUpTo && !this.#known.has(id)) this.#expanded.add(id);
      this.#known.add(id);
    }
    if (report.selected) for (const above of pathTo(report.selected)) this.#expanded.add(above.id);
    for (const heading of this.#headings) setAria(heading, 'sort', heading.dataset.order === report.order ? 'descending' : null);
    this.#draw();
    if (this.#shown === report.selected?.id) return;
    this.#shown = report.selected?.id;
    this.#focused = this.#shown ?? this.#focused;
    this.#setTabStop();
    this.#scrollToSelected();
  }

  /**
   * Moves the focus to a category's row.
   *
   * @param {Node} node
   */
  focus(node) {
    for (const above of pathTo(node.parent)) this.#expanded.add(above.id);
    this.#focused = node.id;
    this.#draw();
    this.#row(node.id)?.focus();
  }

  #draw() {
    const report = this.#report;
    if (!report) return;
    const hadFocus = this.#body.contains(document.activeElement);
    this.#body.replaceChildren(...this.#rows(report.roots, report));
    this.#setTabStop();
    this.#count();
    if (hadFocus) this.#row(this.#focused)?.focus({ preventScroll: true });
  }

  /** Shows how many rows are below the visible part of the table. */
  #count() {
    const { element } = this;
    const whole = element.classList.contains('whole');
    const edge = element.scrollTop + element.clientHeight;
    const rows = /** @type {HTMLElement[]} */ ([...this.#body.children]);
    const below = rows.filter((row) => row.offsetTop + row.offsetHeight > edge + 1).length;
    this.more.hidden = !whole && element.scrollHeight <= element.clientHeight + 1;
    this.#hidden.textContent = whole ? '' : below > 0 ? `${formatCount(below, 'more row')} below: scroll the table, or` : 'The end of the table:';
    this.#all.textContent = whole ? 'Show fewer rows' : `Show all ${formatCount(rows.length, 'row')}`;
  }

  /** Shows all rows, or only those that fit. */
  #toggleHeight() {
    this.element.classList.toggle('whole');
    this.#count();
  }

  /**
   * Returns the rows of categories, and of the subcategories of open ones.
   *
   * @param {Node[]} nodes
   * @param {Report} report
   * @returns {HTMLElement[]}
   */
  #rows(nodes, report) {
    return nodes.flatMap((node, i) => [this.#newRow(node, i + 1, nodes.length, report), ...(this.#expanded.has(node.id) ? this.#rows(node.children, report) : [])]);
  }

  /**
   * @param {Node} node
   * @param {number} position
   * @param {number} siblings
   * @param {Report} report
   */
  #newRow(node, position, siblings, report) {
    const expanded = node.children.length > 0 ? this.#expanded.has(node.id) : null;
    const here = node === report.selected;
    const cell = (/** @type {string | null} */ text, /** @type {string} */ title) => h('span', { role: 'gridcell', dataset: { title } }, valueOrDash(text));
    const row = h(
      'div',
      {
        role: 'row',
        className: here ? 'row here' : 'row',
        tabIndex: -1,
        dataset: { id: node.id },
        title: describeNode(node),
        aria: { label: describeNode(node), level: node.depth + 1, posinset: position, setsize: siblings, expanded, current: here ? 'true' : null },
      },
      h('span', { role: 'rowheader', className: 'name' }, h('span', { className: 'twisty', aria: { hidden: true } }), foreign(node.name)),
      cell(formatStat(metrics[0], node), metrics[0].short),
      cell(node.share === undefined ? null : percent(node.share), 'Share'),
      ...metrics.slice(1).map((each) => cell(formatStat(each, node), each.short)),
    );
    row.style.setProperty('--depth', String(node.depth));
    row.style.setProperty('--share', String(node.share ?? 0));
    return row;
  }

  /** @param {string} id */
  #row(id) {
    return /** @type {HTMLElement | null} */ (id ? this.#body.querySelector(`[data-id="${CSS.escape(id)}"]`) : null);
  }

  /** Leaves one row as a tab stop. */
  #setTabStop() {
    const stop = this.#row(this.#focused) ?? /** @type {HTMLElement | null} */ (this.#body.firstElementChild);
    for (const row of this.#body.children) /** @type {HTMLElement} */ (row).tabIndex = row === stop ? 0 : -1;
  }

  /** Scrolls the table, and nothing around it, to the shown category. */
  #scrollToSelected() {
    const row = this.#row(this.#shown ?? '');
    if (!row) return;
    const above = row.offsetTop - this.element.scrollTop;
    if (above < 40 || above + row.offsetHeight > this.element.clientHeight) this.element.scrollTop = row.offsetTop - this.element.clientHeight / 3;
  }

  /** @param {HTMLElement} target */
  #handleFocus(target) {
    this.#focused = target.dataset.id ?? this.#focused;
    this.#setTabStop();
  }

  /** @param {Event} event */
  #node(event) {
    const row = /** @type {HTMLElement} */ (event.target).closest('[data-id]');
    return this.#report?.find(/** @type {HTMLElement | null} */ (row)?.dataset.id ?? '') ?? null;
  }

  /** @param {MouseEvent} event */
  #handleClick(event) {
    const node = this.#node(event);
    if (!node) return;
    if (/** @type {HTMLElement} */ (event.target).closest('.twisty') && node.children.length > 0) this.#toggle(node, !this.#expanded.has(node.id));
    else this.#open(node, false);
  }

  /**
   * Opens or closes a category without a change of the other rows.
   *
   * @param {Node} node
   * @param {boolean} expanded
   */
  #toggle(node, expanded) {
    const row = this.#row(node.id);
    if (!row || !this.#report) return;
    setAria(row, 'expanded', expanded);
    if (expanded) {
      this.#expanded.add(node.id);
      row.after(...this.#rows(node.children, this.#report));
      this.#count();
      return;
    }
    this.#expanded.delete(node.id);
    const level = (/** @type {Element | null} */ each) => Number(each?.getAttribute('aria-level') ?? 0);
    while (level(row.nextElementSibling) > level(row)) row.nextElementSibling?.remove();
    this.#setTabStop();
    this.#count();
  }

  /** @param {KeyboardEvent} event */
  #handleKey(event) {
    const node = this.#node(event);
    if (!node || event.altKey || event.ctrlKey || event.metaKey) return;
    const row = this.#row(node.id);
    const expanded = this.#expanded.has(node.id) && node.children.length > 0;
    const to = (/** @type {Element | null | undefined} */ element) => /** @type {HTMLElement | null | undefined} */ (element)?.focus();
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowDown: () => to(row?.nextElementSibling),
      ArrowUp: () => to(row?.previousElementSibling),
      Home: () => to(this.#body.firstElementChild),
      End: () => to(this.#body.lastElementChild),
      ArrowRight: () => (expanded || node.children.length === 0 ? expanded && to(row?.nextElementSibling) : this.#toggle(node, true)),
      ArrowLeft: () => (expanded ? this.#toggle(node, false) : node.parent && to(this.#row(node.parent.id))),
      Enter: () => this.#open(node, true),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}
