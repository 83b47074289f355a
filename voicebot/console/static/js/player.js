// The recording: sound, a timeline of who spoke when, and the position on the call's media clock.

import { byId, el } from './dom.js';

export class Player {
  onTime = () => {};
  following = true;
  #audio = byId('audio');
  #timeline = byId('timeline');
  #offsetMs = 0;
  #lengthMs = 1;
  #cursor = el('b');
  #opened = false;

  constructor() {
    const tick = () => {
      this.#report();
      if (!this.#audio.paused) requestAnimationFrame(tick);
    };
    this.#audio.addEventListener('play', tick);
    for (const event of ['seeked', 'pause', 'loadedmetadata']) this.#audio.addEventListener(event, () => this.#report());
    this.#audio.addEventListener('error', () => (byId('player').hidden = true));
    this.#timeline.addEventListener('click', (event) => {
      const box = this.#timeline.getBoundingClientRect();
      this.seek(((event.clientX - box.left) / box.width) * this.#lengthMs);
    });
    for (const button of document.querySelectorAll('[data-rate]')) {
      button.addEventListener('click', () => this.#speed(Number(button.dataset.rate)));
    }
    byId('follow').addEventListener('click', () => {
      this.following = !this.following;
      byId('follow').setAttribute('aria-pressed', String(this.following));
    });
  }

  /** Show the player; `offset_ms` is the media clock at the recording's first sample. */
  open({ url, offset_ms }) {
    if (this.#opened) return;
    this.#opened = true;
    this.#offsetMs = offset_ms;
    this.#audio.src = url;
    byId('player').hidden = false;
  }

  seek(ms) {
    if (!this.#opened) return;
    this.#audio.currentTime = Math.max(0, (ms - this.#offsetMs) / 1000);
    this.#audio.play().catch(() => {});
  }

  lines(lines, lengthMs) {
    this.#lengthMs = Math.max(1, lengthMs, ...lines.map((line) => line.end_ms ?? 0));
    const share = (ms) => `${((100 * ms) / this.#lengthMs).toFixed(3)}%`;
    const marks = lines
      .filter((line) => line.start_ms !== null && line.end_ms !== null)
      .map((line) => {
        const mark = el('i', { class: `${line.speaker} ${line.status === 'interrupted' ? 'cut' : ''}`, title: line.text });
        mark.style.left = share(line.start_ms);
        mark.style.width = share(line.end_ms - line.start_ms);
        return mark;
      });
    this.#timeline.replaceChildren(...marks, this.#cursor);
  }

  #report() {
    const ms = this.#audio.currentTime * 1000 + this.#offsetMs;
    this.#cursor.style.left = `${Math.min(100, (100 * ms) / this.#lengthMs)}%`;
    this.onTime(ms);
  }

  #speed(rate) {
    this.#audio.playbackRate = rate;
    for (const button of document.querySelectorAll('[data-rate]')) {
      button.setAttribute('aria-pressed', String(Number(button.dataset.rate) === rate));
    }
  }
}
