// What was decided and why: policies, interruptions, hand-offs.

import { el } from './dom.js';
import { brief, clock, words } from './format.js';

const WRITERS = {
  'policy.decided': (d) => ({
    title: `${words(d.policy)} → rule ${d.rule}`,
    badge: `version ${d.version}`,
    text: brief(d.outcome ?? {}),
    reasons: d.reasons,
    misses: d.near_misses,
  }),
  'hearing.interruption': (d) => ({
    title: d.verdict === 'stop' ? 'Interruption: the agent stopped' : 'Speech over the agent: ignored',
    kind: d.verdict === 'stop' ? 'stop' : 'ignored',
    badge: d.verdict,
    text: `${words(d.reason)}, ${Math.round(d.overlap_ms)} ms of overlap`,
    reasons: given(d.inputs),
  }),
  'hearing.end_of_turn': (d) => ({
    title: 'The caller has finished',
    badge: `after ${Math.round(d.silence_ms)} ms`,
    text: `${words(d.reason)}: waits for ${Math.round(d.waited_for_ms)} ms of silence`,
    reasons: given(d.inputs),
  }),
  'handoff.requested': (d) => ({ title: 'Hand-off to a person', badge: d.queue, text: words(d.reason) }),
  'handoff.transfer': (d) => ({ title: `Transfer ${d.status}`, badge: d.status, text: [d.target, d.detail].filter(Boolean).join(': ') }),
};

/** The inputs of a decision, one a line; what was not known is left out. */
function given(inputs = {}) {
  return Object.entries(inputs)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${words(name)}: ${value}`);
}

export class Decisions {
  #box;

  constructor(box) {
    this.#box = box;
  }

  /** Add the decisions among these events; says whether there are any at all. */
  add(events) {
    for (const event of events) {
      const write = WRITERS[event.kind];
      if (write) this.#box.append(node(event, write(event.data)));
    }
    return this.#box.childElementCount > 0;
  }
}

function node(event, { title, badge, kind = 'quiet', text, reasons = [], misses = [] }) {
  return el(
    'div',
    { class: 'decision' },
    el('p', {}, el('span', { class: 'faint number' }, clock(event.at_ms)), ' ', el('b', {}, title), ' ', el('span', { class: `badge ${kind}` }, badge)),
    el('p', {}, text),
    reasons.length ? el('ul', {}, ...reasons.map((reason) => el('li', {}, reason))) : null,
    misses.length ? el('p', { class: 'soft' }, `Nearly: ${misses.join('; ')}`) : null,
  );
}
