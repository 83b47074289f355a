// The replay page of one call; of a live one it asks for what is new.

import { getJson } from './api.js';
import { Decisions } from './decisions.js';
import { byId, el, showProblem } from './dom.js';
import { Events } from './events.js';
import { duration, transports, when, words } from './format.js';
import { Player } from './player.js';
import { Transcript } from './transcript.js';
import { drawTurns } from './waterfall.js';

const POLL_MS = 1000;
const id = decodeURIComponent(location.pathname.split('/').pop());
const address = `/api/calls/${encodeURIComponent(id)}`;
const player = new Player();
const transcript = new Transcript(byId('transcript'), (ms) => player.seek(ms));
const events = new Events(byId('events'), byId('chips'), byId('count'));
const decisions = new Decisions(byId('decisions'));
let last = 0;

function summary(call) {
  const facts = [
    ['started', when(call.started)],
    ['length', duration(call.duration_ms)],
    ['caller', call.caller ?? 'withheld'],
    ['by', [transports[call.transport] ?? call.transport, call.codec].filter(Boolean).join(', ')],
    ['wanted', call.intents.map(words).join(', ')],
    ['flows', call.flows.map(words).join(', ')],
    ['turns', String(call.turns)],
    ['answer p50 / p95', call.p50_ms === null ? '' : `${Math.round(call.p50_ms)} / ${Math.round(call.p95_ms)} ms`],
    ['interruptions', String(call.interruptions)],
    ['order reads', call.failed_reads ? `${call.reads}, ${call.failed_reads} failed` : String(call.reads)],
    ['ended', call.ended ? `by ${call.ended_by}: ${words(call.end_reason)}` : ''],
    ['call-back', call.callback_due ? when(call.callback_due) : ''],
    ['fault', call.faults.join('; ')],
  ].filter(([, value]) => value);
  const cells = facts.map(([name, value]) => el('div', {}, el('span', {}, name), el('span', {}, value)));
  if (call.handoff) {
    const packet = el('a', { href: `/api/handoffs/${encodeURIComponent(call.handoff)}` }, call.handoff);
    cells.push(el('div', {}, el('span', {}, 'hand-off packet'), el('span', {}, packet)));
  }
  return cells;
}

function show(found) {
  const { call, lines, turns, recording, live } = found;
  byId('summary').replaceChildren(...summary(call));
  byId('outcome').textContent = words(call.outcome);
  byId('outcome').className = `badge ${call.outcome}`;
  byId('outcome').hidden = live;
  byId('live').hidden = !live;
  for (const part of ['facts', 'body', 'log']) byId(part).hidden = false;
  transcript.show(lines);
  drawTurns(byId('turns'), turns);
  events.add(found.events);
  byId('decided').hidden = !decisions.add(found.events);
  player.lines(lines, call.duration_ms);
  if (recording && !live) player.open(recording);
}

async function load() {
  let again = POLL_MS;
  try {
    const found = await getJson(`${address}?after=${last}`);
    showProblem(null);
    if (found.last !== last || !found.live) show(found);
    last = found.last;
    if (!found.live) again = 0;
  } catch (problem) {
    showProblem(problem);
    if (problem.status === 404 || problem.status === 422) again = 0;
  }
  if (again) setTimeout(load, again);
}

byId('title').textContent = id;
document.title = `${id} · voicebot`;
player.onTime = (ms) => transcript.mark(ms, player.following);
load();
