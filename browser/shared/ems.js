// How wide a text will be, roughly, before it is drawn: to choose its size.

const WIDE = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]|[\ud840-\ud8ff][\udc00-\udfff]/g;

/** Width in em: a Chinese character is 1, a Latin letter 0.53. */
export function ems(text) {
  const wide = text.match(WIDE)?.length ?? 0;
  return wide + ([...text].length - wide) * 0.53;
}
