// The kiosks that can print a slip.

/** Names of the enrolled kiosks, in the order of their names. */
export function kiosksOf(cards) {
  const devices = cards.devices?.devices ?? [];
  return devices.filter((device) => device.kind === "kiosk").map((device) => device.device).sort();
}
