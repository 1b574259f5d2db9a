// What breaks care mode: keys under 80 px in the page's unit, outside the screen or over another, and text under 28.
() => {
  const portrait = innerHeight > innerWidth;
  const unit = parseFloat(getComputedStyle(document.querySelector(".kiosk")).width) / (portrait ? 1080 : 1280);
  const keys = [...document.querySelectorAll("button")].map((key) => [key.innerText, key.getBoundingClientRect()]);
  const cross = (a, b) => a.left < b.right - 2 && b.left < a.right - 2 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  const wrong = keys.filter(([, box], place) =>
    Math.min(box.width, box.height) < 79.5 * unit || box.bottom > innerHeight + 1 || box.right > innerWidth + 1 || box.left < -1 ||
    keys.some(([, other], later) => later > place && cross(box, other))).map(([text, box]) => `${text} ${Math.round(box.width)}×${Math.round(box.height)}`);
  const small = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const around = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !around.getClientRects().length) continue;
    const size = parseFloat(getComputedStyle(around).fontSize) / unit;
    if (size < 27.9) small.push(`${texts.currentNode.data} at ${size}`);
  }
  const cut = [...document.querySelectorAll(".key, .facts dd, .got-head h1, .k-ask h1")].filter((key) => key.scrollWidth > key.clientWidth + 2);
  const over = document.querySelector(".k-body");
  if (over.scrollHeight > over.clientHeight + 2) wrong.push(`the page is ${over.scrollHeight - over.clientHeight} too high`);
  return [...wrong, ...small, ...cut.map((key) => `cut: ${key.innerText}`)];
};
