// The small window that the bar stands in: always on top where the browser can do that, else an ordinary one.

export const WIDTH = 320;
export const HEIGHT = 88;

async function onTopOfAll() {
  try {
    return (await window.documentPictureInPicture?.requestWindow({ width: WIDTH, height: HEIGHT })) ?? null;
  } catch {
    return null; // inside a frame, or the browser's owner has switched it off
  }
}

/** {window, onTop}, with this page's styles and nothing in it yet; null if the browser opens no window at all. */
export async function openBarWindow() {
  const top = await onTopOfAll();
  const own = top ?? window.open("", "paihao-bar", `popup,width=${WIDTH},height=${HEIGHT}`);
  if (!own) return null;
  const { document: page } = own;
  page.head.replaceChildren();
  page.body.replaceChildren();
  for (const link of document.querySelectorAll("link[rel=stylesheet]")) {
    const copy = page.createElement("link");
    copy.rel = "stylesheet";
    copy.href = link.href;
    page.head.append(copy);
  }
  page.body.className = "bar-body";
  return { window: own, onTop: top !== null };
}
