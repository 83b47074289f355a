// The lines of a call; the one that is being heard is marked, a click plays one.

import { el } from './dom.js';
import { clock, words } from './format.js';

const AFTER_MS = 400;

export class Transcript {
  #list;
  #seek;
  #lines = [];
  #current = null;

  constructor(list, seek) {
    this.#list = list;
    this.#seek = seek;
  }

  show(lines) {
    this.#lines = lines.map((line) => ({ ...line, at: line.start_ms ?? line.at_ms, node: this.#node(line) }));
    this.#current = null;
    this.#list.replaceChildren(...this.#lines.map((line) => line.node));
  }

  /** Mark the line at this time: of two that overlap, the one that began later. What was not played is never on. */
  mark(ms, follow) {
    const now = (one) => one.at <= ms && ms <= (one.end_ms ?? one.at + 1000) + AFTER_MS;
    const line = this.#lines.findLast((one) => one.status !== 'not_played' && now(one)) ?? null;
    if (line === this.#current) return;
    this.#current?.node.removeAttribute('aria-current');
    this.#current = line;
    line?.node.setAttribute('aria-current', 'true');
    if (line && follow) scrollTo(line.node);
  }

  #node(line) {
    const badge = badgeFor(line);
    const start = line.start_ms ?? line.at_ms;
    return el(
      'li',
      { class: `${line.speaker} ${line.kind !== 'speech' || line.status === 'open' ? 'unsure' : ''}` },
      el(
        'button',
        { type: 'button', onclick: () => this.#seek(start), title: [line.flow, line.step].filter(Boolean).map(words).join(' / ') },
        el('time', {}, clock(start)),
        el('div', {}, el('span', { class: 'who' }, line.speaker === 'bot' ? 'Agent' : 'Caller'), badge && ' ', badge, el('p', {}, ...text(line))),
      ),
    );
  }
}

function text(line) {
  if (line.kind === 'keys') return [el('span', { class: 'mono' }, `keys ${line.text}`)];
  if (line.speaker !== 'bot' || line.heard === null) return [line.text];
  const unheard = line.unheard ? el('s', { title: 'did not reach the caller' }, line.unheard) : null;
  return [line.heard, line.heard && unheard ? ' ' : null, unheard].filter(Boolean);
}

function badgeFor(line) {
  if (line.kind === 'backchannel') return el('span', { class: 'badge backchannel' }, 'not taken as a turn');
  const names = { interrupted: 'interrupted', not_played: 'not played', open: 'turn never taken', playing: 'speaking' };
  return names[line.status] ? el('span', { class: `badge ${line.status}` }, names[line.status]) : null;
}

function scrollTo(node) {
  const box = node.getBoundingClientRect();
  const top = document.getElementById('player').getBoundingClientRect().bottom + 8;
  if (box.top < top || box.bottom > innerHeight) {
    window.scrollBy({ top: box.top - top - (innerHeight - top) / 3, behavior: 'smooth' });
  }
}
