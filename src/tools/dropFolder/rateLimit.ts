/** Requests that may come at once, and how many more each second. */
const burst = 300;
const perSecond = 5;

/** True while there is room for one more. */
export function createRateLimit(now: () => number = Date.now): () => boolean {
  let room = burst;
  let at = now();
  return () => {
    const passed = Math.max(0, now() - at);
    at += passed;
    room = Math.min(burst, room + (passed / 1000) * perSecond);
    if (room < 1) return false;
    room -= 1;
    return true;
  };
}
