// The token of a paired display: kept by this browser for this server alone (docs/decisions/0029), until it is revoked.

const shelf = (hall) => `paihao/display/${hall}`;

/** {token, device} of the display that this browser is, or null. */
export function paired(hall) {
  return JSON.parse(localStorage.getItem(shelf(hall)));
}

export function keepPaired(hall, display) {
  localStorage.setItem(shelf(hall), JSON.stringify(display));
}

/** Forget the token and all that it let this browser keep. */
export function forgetPaired(hall) {
  localStorage.removeItem(shelf(hall));
  localStorage.removeItem(`paihao/cards/${hall}/manager`);
}

/** The header that shows the token. */
export function bearer(display) {
  return { Authorization: `Bearer ${display.token}` };
}
