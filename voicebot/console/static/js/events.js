// Every event of the call, to filter and unfold. Kinds this page has never heard of are shown like the others.

import { el } from './dom.js';
import { brief, clock } from './format.js';

const HIDDEN_AT_FIRST = new Set(['hearing.partial']);
const PARTIALS = 'partials';

export class Events {
  #list;
  #chips;
  #count;
  #rows = [];
  #families = new Map();
  #words = '';

  constructor(list, chips, count) {
    [this.#list, this.#chips, this.#count] = [list, chips, count];
    const search = el('input', { type: 'search', placeholder: 'Filter events', 'aria-label': 'Filter events' });
    search.addEventListener('input', () => {
      this.#words = search.value.trim().toLowerCase();
      this.#apply();
    });
    chips.append(search);
  }

  add(events) {
    for (const event of events) {
      const family = HIDDEN_AT_FIRST.has(event.kind) ? PARTIALS : event.kind.split('.')[0];
      if (!this.#families.has(family)) this.#chip(family);
      const node = row(event);
      this.#rows.push({ node, family, text: `${event.kind} ${JSON.stringify(event.data)}`.toLowerCase() });
      this.#list.append(node);
    }
    this.#apply();
  }

  #chip(family) {
    this.#families.set(family, family !== PARTIALS);
    const chip = el('button', { type: 'button', 'aria-pressed': String(family !== PARTIALS) }, family);
    chip.addEventListener('click', () => {
      const on = !this.#families.get(family);
      this.#families.set(family, on);
      chip.setAttribute('aria-pressed', String(on));
      this.#apply();
    });
    this.#chips.append(chip);
  }

  #apply() {
    let shown = 0;
    for (const { node, family, text } of this.#rows) {
      node.hidden = !this.#families.get(family) || !text.includes(this.#words);
      shown += node.hidden ? 0 : 1;
    }
    this.#count.textContent = `${shown} of ${this.#rows.length}`;
  }
}

function row(event) {
  const details = el(
    'details',
    {},
    el('summary', {}, el('span', { class: 'number' }, clock(event.at_ms)), el('span', { class: 'faint number' }, event.turn ? `t${event.turn}` : ''), el('span', { class: 'kind' }, event.kind), el('span', {}, brief(event.data))),
  );
  details.addEventListener('toggle', () => {
    if (details.open && !details.querySelector('pre')) details.append(el('pre', {}, JSON.stringify(event, null, 2)));
  });
  return details;
}
