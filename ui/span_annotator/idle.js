/* Work that can wait until the browser has nothing better to do. */

const AT_LATEST = 150; // ms
const SLICE = 4; // ms, where the browser does not tell

/* Run `work({timeRemaining})` in an idle moment; returns what `cancelIdle` takes. */
export function whenIdle(work) {
  if (window.requestIdleCallback) return requestIdleCallback(work, { timeout: AT_LATEST });
  return setTimeout(() => {
    const until = performance.now() + SLICE;
    work({ timeRemaining: () => until - performance.now() });
  }, 1);
}

export function cancelIdle(handle) {
  if (window.cancelIdleCallback) cancelIdleCallback(handle ?? 0);
  else clearTimeout(handle);
}
