// The list of calls; its first page keeps itself up to date.

import { getJson } from './api.js';
import { byId, el, showProblem } from './dom.js';
import { duration, transports, when, words } from './format.js';

const REFRESH_MS = 4000;
const PAGE = 50;
let paged = false;

function row(call) {
  const cell = (name, text, number = false) =>
    el('td', { class: number ? 'number' : '', ...(text && name ? { data: { name } } : {}) }, text ?? '');
  return el(
    'tr',
    {},
    el('td', {}, el('a', { href: `/calls/${encodeURIComponent(call.call)}` }, when(call.started))),
    cell('', call.caller ?? 'withheld'),
    cell('', transports[call.transport] ?? call.transport),
    cell('', call.intents.map(words).join(', ')),
    el('td', {}, el('span', { class: `badge ${call.outcome}` }, words(call.outcome)), call.faults.length ? ' ' : '', call.faults.length ? el('span', { class: 'badge fault' }, 'fault') : ''),
    cell('length', duration(call.duration_ms), true),
    cell('turns', String(call.turns), true),
    cell('answer p50', call.p50_ms === null ? '' : `${Math.round(call.p50_ms)} ms`, true),
  );
}

function query(before) {
  const chosen = { limit: PAGE, outcome: byId('outcome').value, transport: byId('transport').value, before };
  return new URLSearchParams(Object.entries(chosen).filter(([, value]) => value)).toString();
}

async function load(before = '') {
  try {
    const { calls, next } = await getJson(`/api/calls?${query(before)}`);
    showProblem(null);
    const rows = calls.map(row);
    if (before) byId('calls').append(...rows);
    else byId('calls').replaceChildren(...rows);
    byId('none').hidden = byId('calls').childElementCount > 0;
    byId('older').hidden = !next;
    byId('older').onclick = () => {
      paged = true;
      load(next);
    };
  } catch (problem) {
    showProblem(problem);
  }
}

for (const id of ['outcome', 'transport']) {
  byId(id).addEventListener('change', () => {
    paged = false;
    load();
  });
}
load();
setInterval(() => !paged && !document.hidden && load(), REFRESH_MS);
