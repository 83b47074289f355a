// The conversation as it happens: the caller's words while they are still being understood, the bot's while it speaks.

import { el } from './dom.js';

export class Captions {
  #list;
  #bot = new Map();
  #caller = null;

  constructor(list) {
    this.#list = list;
  }

  clear() {
    this.#list.replaceChildren();
    this.#bot.clear();
    this.#caller = null;
  }

  take(caption) {
    if (caption.who === 'caller') this.#takeCaller(caption);
    else this.#takeBot(caption);
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  aside(text) {
    this.#list.append(el('div', { class: 'said aside' }, text));
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  #takeCaller({ text, final }) {
    if (!text) {
      this.#caller?.remove();
      this.#caller = null;
      return;
    }
    this.#caller ??= this.#bubble('caller');
    this.#caller.textContent = text;
    this.#caller.classList.toggle('interim', !final);
    if (final) this.#caller = null;
  }

  #takeBot({ utterance, text, unheard, final }) {
    let spoken = this.#bot.get(utterance);
    if (!spoken) {
      spoken = { node: this.#bubble('bot'), announced: '', heard: '' };
      this.#bot.set(utterance, spoken);
    }
    if (!final) spoken.announced = join(spoken.announced, text);
    else spoken.heard = join(spoken.heard, text);
    const rest = final ? unheard : '';
    const open = !final || (!rest && spoken.announced.length > spoken.heard.length + 1);
    spoken.node.replaceChildren(open ? spoken.announced : spoken.heard, ...(rest ? [' ', el('s', { title: 'not heard' }, rest)] : []));
    spoken.node.classList.toggle('interim', open);
  }

  #bubble(who) {
    const node = el('div', { class: `said ${who}` });
    this.#list.append(node);
    return node;
  }
}

const join = (before, text) => (before && text ? `${before} ${text}` : before || text);
