// What a page really plays: everything on its way to the loudspeaker is also written down, sample by sample, by the
// sound thread itself. Started before the page's own scripts; its worklet comes from a blob, which the page's policy
// would not allow: recorded pages are opened without it.

(() => {
  const worklet = `
    class Recorder extends AudioWorkletProcessor {
      process([input]) {
        if (input.length) this.port.postMessage(input[0].slice());
        return true;
      }
    }
    registerProcessor("recorder", Recorder);`;
  const module = URL.createObjectURL(new Blob([worklet], { type: "text/javascript" }));
  const tape = (window.tape = { rate: 0, chunks: [], calls: 0 });
  const connect = AudioNode.prototype.connect;
  const recorders = new WeakMap();
  const decode = AudioContext.prototype.decodeAudioData;
  window.AudioContext = class extends AudioContext {
    constructor(...asked) {
      super(...asked);
      window.sound = this; // the one that was opened last
    }
  };

  const ready = (context) => {
    if (!recorders.has(context)) {
      recorders.set(context, context.audioWorklet.addModule(module).then(() => {
        const recorder = new AudioWorkletNode(context, "recorder");
        recorder.port.onmessage = ({ data }) => {
          tape.rate = context.sampleRate;
          tape.chunks.push(data);
        };
        connect.call(recorder, context.destination);
        context.recorder = recorder;
      }));
    }
    return recorders.get(context);
  };
  AudioContext.prototype.decodeAudioData = async function (data) {
    await ready(this);
    return decode.call(this, data);
  };
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target === this.context.destination && this.context.recorder) connect.call(this, this.context.recorder);
    return connect.call(this, target, ...rest);
  };
  const sample = (value) => Math.round(value * (value < 0 ? 32768 : 32767)); // as Chromium makes floats of 16 bits
  /** The tape so far as 16 bit samples, in base 64. */
  window.played = () => {
    const samples = Int16Array.from(tape.chunks.flatMap((chunk) => [...chunk]), sample);
    let text = "";
    const bytes = new Uint8Array(samples.buffer);
    for (let place = 0; place < bytes.length; place += 8192) text += String.fromCharCode(...bytes.subarray(place, place + 8192));
    return btoa(text);
  };
})();
