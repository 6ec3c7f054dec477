/** Calls `onIdle` once the host has had no work and no client for `minutes`; 0 never. */
export function createIdleTimer(
  minutes: number,
  isBusy: () => boolean,
  onIdle: () => void,
): { touch(): void; close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const touch = () => {
    clearTimeout(timer);
    if (minutes === 0) return;
    timer = setTimeout(() => (isBusy() ? touch() : onIdle()), minutes * 60_000);
    timer.unref();
  };
  touch();
  return { touch, close: () => clearTimeout(timer) };
}
