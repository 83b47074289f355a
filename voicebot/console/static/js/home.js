import { byId, el } from './dom.js';
import { words } from './format.js';

async function look() {
  let found = null;
  try {
    found = await (await fetch('/readyz')).json();
  } catch {
    // said below
  }
  byId('light').className = `dot ${found?.ready ? 'good' : found ? 'busy' : 'bad'}`;
  byId('ready').textContent = !found
    ? 'The server cannot be reached'
    : found.ready
      ? 'Ready for calls'
      : found.draining
        ? 'Stopping: no new calls'
        : 'Warming up';
  const facts = found ? { ...found.parts, calls: `${found.calls.running} of ${found.calls.max}` } : {};
  byId('parts').replaceChildren(
    ...Object.entries(facts).flatMap(([name, state]) => [el('dt', {}, words(name)), el('dd', {}, String(state))]),
  );
}

look();
setInterval(look, 3000);
