// The talk page: buttons, captions and meters around one call at a time.

import { Call } from './call.js';
import { Captions } from './captions.js';
import { byId, el, showProblem } from './dom.js';
import { duration } from './format.js';
import { Meter } from './meter.js';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];
const STATES = {
  asking: ['busy', 'Waiting for the microphone …'],
  connecting: ['busy', 'Connecting …'],
  live: ['good', 'Connected'],
  shaky: ['busy', 'The connection is interrupted …'],
  ended: ['', 'Call ended'],
};
const DOING = {
  listening: 'Listening',
  caller_speaking: 'Listening …',
  thinking: 'Thinking …',
  speaking: 'Speaking',
};
const NOTES = {
  looking_up: 'looking up the order',
  handoff: 'handing over to a person',
  callback: 'a call-back is booked',
  fault: 'something went wrong inside',
};

const captions = new Captions(byId('captions'));
const meters = { caller: new Meter(byId('meter-caller')), bot: new Meter(byId('meter-bot')) };
const context = () => (context.made ??= new AudioContext());
let call = null;
let since = 0;
let lastNote = '';

function show(name, text = STATES[name][1]) {
  byId('light').className = `dot ${STATES[name][0]}`;
  byId('status').textContent = text;
  document.body.dataset.state = name;
  const running = name !== 'ended';
  const talking = name === 'live' || name === 'shaky';
  byId('dial').textContent = running ? 'Hang up' : 'Call again';
  byId('dial').classList.toggle('hang', running);
  byId('number').disabled = running;
  byId('mute').disabled = byId('keys').disabled = !talking;
  if (!talking) press('keys', false);
  byId('keypad').hidden = byId('keys').getAttribute('aria-pressed') !== 'true';
}

function press(id, on) {
  byId(id).setAttribute('aria-pressed', String(on));
}

async function begin() {
  showProblem(null);
  captions.clear();
  byId('replay').hidden = true;
  byId('clock').textContent = '';
  press('mute', false);
  byId('mute').textContent = 'Mute';
  await context().resume();
  const placed = (call = new Call());
  placed.addEventListener('state', ({ detail }) => placed === call && follow(detail));
  placed.addEventListener('message', ({ detail }) => hear(detail));
  placed.addEventListener('voice', ({ detail: stream }) => {
    byId('voice').srcObject = stream;
    meters.bot.follow(context(), stream);
  });
  try {
    await placed.place({ number: byId('number').value.trim() });
    meters.caller.follow(context(), placed.microphone);
  } catch (problem) {
    if (placed !== call) return;
    call = null;
    show('ended', 'Not connected');
    byId('dial').textContent = 'Call';
    showProblem(problem);
  }
}

function follow(state) {
  show(state.name);
  if (state.name === 'live') since ||= performance.now();
  if (state.name !== 'ended') return;
  for (const meter of Object.values(meters)) meter.stop();
  since = 0;
  if (state.problem) showProblem(state.problem);
  captions.aside(state.by === 'caller' ? 'You hung up' : state.by === 'bot' ? 'The agent ended the call' : 'The call ended');
  if (call.id) {
    byId('replay').href = `/calls/${encodeURIComponent(call.id)}`;
    byId('replay').hidden = false;
  }
  call = null;
}

function hear(message) {
  if (message.type === 'caption') captions.take(message);
  else if (message.type === 'state' && DOING[message.state]) byId('status').textContent = DOING[message.state];
  else if (message.type === 'latency') captions.about(`answered in ${message.voice_to_voice_ms} ms`);
  else if (message.type === 'note' && NOTES[message.note] && message.note !== lastNote) captions.about(NOTES[message.note]);
  lastNote = message.type === 'note' ? message.note : message.type === 'caption' && message.final ? '' : lastNote;
}

function key(name) {
  call?.press(name);
  captions.key(name);
}

byId('dial').addEventListener('click', () => (call ? call.hangUp() : begin()));
byId('mute').addEventListener('click', () => {
  const on = byId('mute').getAttribute('aria-pressed') !== 'true';
  press('mute', on);
  byId('mute').textContent = on ? 'Muted' : 'Mute';
  call?.mute(on);
});
byId('keys').addEventListener('click', () => {
  press('keys', byId('keys').getAttribute('aria-pressed') !== 'true');
  byId('keypad').hidden = byId('keys').getAttribute('aria-pressed') !== 'true';
});
byId('keypad').append(
  ...KEYS.map((name) => el('button', { type: 'button', onclick: () => key(name), 'aria-label': `key ${name}` }, name)),
);
document.addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey;
  if (!typing && !byId('keys').disabled && KEYS.includes(event.key)) key(event.key);
});
addEventListener('pagehide', () => call?.hangUp());
setInterval(() => {
  if (since) byId('clock').textContent = duration(performance.now() - since);
}, 250);
fetch('/api/webrtc/config')
  .then((response) => response.json())
  .then(({ claimedNumber }) => (byId('number-field').hidden = !claimedNumber))
  .catch(() => {});
