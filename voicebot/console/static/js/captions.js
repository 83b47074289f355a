// The conversation as it happens: the caller's words while they are still being understood, the bot's while it speaks.

import { el } from './dom.js';

export class Captions {
  #list;
  #bot = new Map();
  #caller = null;
  #spoke = null;
  #keys = null;

  constructor(list) {
    this.#list = list;
  }

  clear() {
    this.#list.replaceChildren();
    this.#bot.clear();
    this.#caller = this.#spoke = this.#keys = null;
  }

  take(caption) {
    if (caption.who === 'caller') this.#takeCaller(caption);
    else this.#takeBot(caption);
    this.#follow();
  }

  /** A remark at the end of the conversation. */
  aside(text) {
    this.#keys = null;
    this.#list.append(remark(text));
    this.#follow();
  }

  /** A remark about the caller's last turn: what the agent plans to say stands already below it. */
  about(text) {
    if (!this.#spoke) return this.aside(text);
    this.#spoke.after(remark(text));
    return this.#follow();
  }

  /** Keys pressed one after the other are one remark. */
  key(name) {
    if (!this.#keys) {
      this.#keys = remark('keys ');
      this.#list.append(this.#keys);
    }
    this.#keys.textContent += name;
    this.#spoke = null;
    this.#follow();
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
    if (!final) return;
    this.#spoke = this.#caller;
    this.#caller = null;
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

  /** Of all that the agent has planned, what is being said now stands out and is in view. */
  #follow() {
    const now = this.#list.querySelector('.said.bot.interim');
    for (const node of this.#list.querySelectorAll('.said.now')) node.classList.remove('now');
    now?.classList.add('now');
    const bottom = this.#list.scrollHeight - this.#list.clientHeight;
    const above = now ? now.offsetTop - this.#list.offsetTop - this.#list.clientHeight / 3 : bottom;
    this.#list.scrollTop = Math.min(bottom, above);
  }

  #bubble(who) {
    this.#keys = null;
    const node = el('div', { class: `said ${who}` });
    this.#list.append(node);
    return node;
  }
}

const join = (before, text) => (before && text ? `${before} ${text}` : before || text);
const remark = (text) => el('div', { class: 'said aside' }, text);
