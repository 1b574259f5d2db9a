// A sound card at the page's own clock, so that ten minutes pass in seconds: whatever a page plays is put on `tape` as
// {at, samples}, `at` in seconds of that clock. A source that is stopped leaves what was heard of it.

(() => {
  const tape = (window.tape = []);
  let [stands, lasts] = [Infinity, 0];
  const now = () => performance.now() / 1000 - Math.max(0, Math.min(performance.now() / 1000 - stands, lasts));
  /** From now on the card brings nothing out for so many seconds, once; then it goes on where it was. */
  window.stand = (seconds) => ([stands, lasts] = [performance.now() / 1000, seconds]);

  window.AudioContext = class extends EventTarget {
    state = "running";
    destination = {};
    constructor({ sampleRate = 48000 } = {}) {
      super();
      this.sampleRate = sampleRate;
    }
    get currentTime() {
      return now();
    }
    async close() {
      this.state = "closed";
    }
    async decodeAudioData(data) {
      const samples = new Int16Array(data.slice(44)); // a WAV of this server: 44 bytes of header, one channel of 16 bits
      return { samples, duration: samples.length / this.sampleRate };
    }
  };
  window.AudioBufferSourceNode = class extends EventTarget {
    #buffer;
    #rate;
    #one = null;
    constructor(context, { buffer }) {
      super();
      this.#buffer = buffer;
      this.#rate = context.sampleRate;
    }
    connect() {}
    start(at) {
      this.#one = { at, samples: this.#buffer.samples };
      tape.push(this.#one);
      const left = () => (at - now() + this.#buffer.duration) * 1000;
      const look = () => (left() > 0 ? setTimeout(look, Math.ceil(left())) : this.dispatchEvent(new Event("ended")));
      setTimeout(look, left());
    }
    stop() {
      this.#one.samples = this.#one.samples.slice(0, Math.max(0, Math.round((now() - this.#one.at) * this.#rate)));
    }
  };
  /** The tape so far: when each began, and its samples in base 64. */
  window.played = () => tape.map(({ at, samples }) => {
    let text = "";
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    for (let place = 0; place < bytes.length; place += 8192) text += String.fromCharCode(...bytes.subarray(place, place + 8192));
    return { at, samples: btoa(text) };
  });
})();
