// The server's clock: every countdown on every screen says the same, whatever the screen's own clock says.
let skew = 0;

/** Takes the server's present instant (ISO) and remembers how far this screen's clock is off. */
export const hear = (iso) => { skew = Date.parse(iso) - Date.now(); };

/** The present instant on the server's clock, in milliseconds. */
export const now = () => Date.now() + skew;

/** How long it is until something, in milliseconds, as people count down: never "0 s" before it is there. */
export const until = (length) => said(Math.ceil(length / 1000));

/** How long ago an instant (ISO) was: "now", "12 s", "3 min". */
export function ago(iso) {
  const seconds = Math.floor((now() - Date.parse(iso)) / 1000);
  return seconds < 2 ? "now" : said(seconds);
}

/** Seconds as people say them: "4 s", "2 min", "1 h 5 min", "3 days". */
export function said(seconds) {
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
}
