// Keys of the kiosk that stand outside the screen, are smaller than 60 px in the page's unit or lie over another, and names
// that are cut. Returns their texts.
() => {
  const portrait = innerHeight > innerWidth;
  const unit = parseFloat(getComputedStyle(document.querySelector(".kiosk")).width) / (portrait ? 1080 : 1280);
  const keys = [...document.querySelectorAll("button")].map((key) => [key.innerText, key.getBoundingClientRect()]);
  const small = ([, box]) => box.height < 59.5 * unit || box.width < 59.5 * unit;
  const outside = ([, box]) => box.bottom > innerHeight + 1 || box.right > innerWidth + 1;
  const cross = (a, b) => a.left < b.right - 2 && b.left < a.right - 2 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  const over = ([, box], place) => keys.some(([, other], later) => later > place && cross(box, other));
  const wrong = keys.filter((key, place) => small(key) || outside(key) || over(key, place)).map(([text]) => text);
  const cut = [...document.querySelectorAll(".svc-name")].filter((name) => name.scrollWidth > name.clientWidth + 1);
  return wrong.concat(cut.map((name) => name.innerText));
};
