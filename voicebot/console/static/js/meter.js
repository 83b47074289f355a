// How loud a stream is, drawn as the width of a bar.

const FLOOR_DB = -60;

export class Meter {
  #bar;
  #analyser = null;
  #samples = null;
  #level = 0;

  constructor(bar) {
    this.#bar = bar;
  }

  /** Follow a MediaStream; the context must be running (made after a click). */
  follow(context, stream) {
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    context.createMediaStreamSource(stream).connect(this.#analyser);
    this.#draw();
  }

  stop() {
    this.#analyser = null;
    this.#show(0);
  }

  get level() {
    return this.#level;
  }

  #draw() {
    if (!this.#analyser) return;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, x) => sum + x * x, 0) / this.#samples.length;
    this.#show(Math.max(0, 1 - (10 * Math.log10(power + 1e-9)) / FLOOR_DB));
    requestAnimationFrame(() => this.#draw());
  }

  #show(level) {
    this.#level = level;
    this.#bar.style.transform = `scaleX(${level.toFixed(3)})`;
  }
}
