// Where each turn's time went, as bars on one axis per turn; zero is the caller's last sound.

import { el } from './dom.js';
import { words } from './format.js';

const EARLIEST_MS = -1500;
const SLOW_MS = 500;
/** What was reached at each milestone; others are shown by their own name. */
const LABELS = {
  vad_stop: 'pause noticed',
  decode_start: 'decoding began',
  text: 'words known',
  understood: 'understood',
  answer_ready: 'answer known',
  speech_ready: 'voice ready',
  committed: 'turn is over',
  first_audio: 'first sound',
};

export function drawTurns(box, turns) {
  box.replaceChildren(...(turns.length ? turns.map(turnNode) : [el('p', { class: 'soft' }, 'No turns yet.')]));
}

/** Why a read was made, where it is not because the turn needed it. */
const WHY = { turn: '', prefetch: 'read ahead', speculation: 'before the turn was over' };

/** Bars of a turn: {name, from, to, kind, note}, times in ms. */
export function bars(turn) {
  const reads = turn.reads
    .filter((read) => read.from_ms !== null)
    .map((read) => ({
      name: words(read.op),
      said: true,
      from: read.from_ms,
      to: read.from_ms + (read.took_ms ?? 0),
      kind: read.status && !['ok', 'not_found'].includes(read.status) ? 'failed' : read.why === 'turn' ? 'oms' : 'ahead',
      note: [WHY[read.why] ?? words(read.why), read.cached ? 'cached' : '', read.status === 'ok' ? '' : words(read.status ?? 'open')].filter(Boolean).join(', '),
    }));
  let before = 0;
  const work = Object.entries(turn.marks).map(([name, ms]) => {
    const bar = { name: LABELS[name] ?? words(name), from: Math.min(before, ms), to: ms, kind: name === 'committed' ? 'waiting' : 'work', note: '' };
    before = Math.max(before, ms);
    return bar;
  });
  return [...reads, ...work];
}

function turnNode(turn) {
  const rows = bars(turn);
  const near = rows.filter((bar) => bar.to > EARLIEST_MS);
  const start = Math.max(EARLIEST_MS, Math.min(0, ...near.map((bar) => bar.from)));
  const end = Math.max(100, turn.voice_to_voice_ms ?? 0, ...rows.map((bar) => bar.to));
  const share = (ms) => Math.min(100, Math.max(0, (100 * (ms - start)) / (end - start)));
  const total = turn.voice_to_voice_ms;
  const answered = total === null ? el('span', { class: 'number soft' }, 'no answer') : el('span', { class: `number ${total > SLOW_MS ? 'slow' : ''}` }, `${Math.round(total)} ms`);
  const notes = [
    turn.saved_by_prefetch_ms ? `${Math.round(turn.saved_by_prefetch_ms)} ms saved by reading ahead` : '',
    turn.speculated ? 'answer prepared before the turn was over' : '',
    turn.dropped ? `${turn.dropped} ${turn.dropped === 1 ? 'attempt' : 'attempts'} thrown away` : '',
    turn.end_reason ? `ended: ${words(turn.end_reason)}` : '',
  ].filter(Boolean);
  return el(
    'div',
    { class: 'turn' },
    el('h3', {}, el('span', { class: 'nth' }, `Turn ${turn.number}`), el('span', { class: 'soft' }, turn.text ? `“${turn.text}”` : ''), answered),
    notes.length ? el('div', { class: 'soft' }, el('small', {}, notes.join(' · '))) : null,
    el('div', { class: 'bars' }, ...rows.flatMap((bar) => barNodes(bar, share))),
  );
}

function barNodes(bar, share) {
  const fill = el('i');
  fill.style.left = `${share(bar.from)}%`;
  fill.style.width = `${share(bar.to) - share(bar.from)}%`;
  const zero = el('u');
  zero.style.left = `${share(0)}%`;
  return [
    el('span', { title: bar.note }, bar.name, bar.said && bar.note ? el('small', { class: 'soft' }, ` ${bar.note}`) : null),
    el('span', { class: `track ${bar.kind} ${bar.to <= EARLIEST_MS ? 'before' : ''}`, title: `${bar.name} ${Math.round(bar.from)} to ${Math.round(bar.to)} ms${bar.note ? ` (${bar.note})` : ''}` }, zero, fill),
    el('span', { class: 'number' }, bar.to <= EARLIEST_MS ? `${(-bar.to / 1000).toFixed(1)} s before` : String(Math.round(bar.to))),
  ];
}
