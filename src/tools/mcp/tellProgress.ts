import type { ServerContext } from '@modelcontextprotocol/server';

/**
 * Tells a client that asked for it, from time to time, that its call is still being worked on: some give a call up
 * after a minute of silence. Returns what ends it.
 */
export function tellProgress({ _meta, notify }: ServerContext['mcpReq'], everyMs: number): () => void {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return () => undefined;
  let progress = 0;
  const timer = setInterval(() => {
    progress += 1;
    const params = { progressToken, progress, message: 'Still waiting.' };
    // The client has gone: its call is being given up anyway.
    notify({ method: 'notifications/progress', params }).catch(() => undefined);
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
