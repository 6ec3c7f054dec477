import type { ReadEvent, ServerEvent } from './events.ts';

/** A turn, as the events see it. */
export interface SessionListener {
  /** `isChild`: of a sub-agent of the session. */
  event(event: ServerEvent, isChild: boolean): void;
  unparsed(text: string): void;
  /** Events may have been missed. */
  reconnected(): void;
}

/** Brings the events of one server to the turns of their sessions, sub-agents' sessions included. */
export interface SessionRoutes {
  /** Events of the session go to `listener` until the returned function is called. */
  listen(sessionId: string, listener: SessionListener): () => void;
  /** A sub-agent's session whose beginning was missed. */
  adopt(childId: string, rootId: string): void;
  deliver(event: ReadEvent): void;
}

export function makeSessionRoutes(): SessionRoutes {
  const listeners = new Map<string, SessionListener>();
  /** Root session of each sub-agent's session. */
  const roots = new Map<string, string>();
  let isConnected = false;

  const listenerOf = (sessionId: string): SessionListener | undefined =>
    listeners.get(roots.get(sessionId) ?? sessionId);

  /** What names no session may be about any of them. */
  const listenersOf = (sessionId: string | undefined): readonly SessionListener[] => {
    if (sessionId === undefined) return [...listeners.values()];
    const listener = listenerOf(sessionId);
    return listener === undefined ? [] : [listener];
  };

  const noteParent = (event: ServerEvent): void => {
    if (event.type !== 'session.created') return;
    const { id, parentID } = event.properties.info;
    if (parentID !== undefined) roots.set(id, roots.get(parentID) ?? parentID);
  };

  return {
    listen: (sessionId, listener) => {
      listeners.set(sessionId, listener);
      return () => {
        if (listeners.get(sessionId) === listener) listeners.delete(sessionId);
        for (const [child, root] of roots) if (root === sessionId) roots.delete(child);
      };
    },
    adopt: (childId, rootId) => {
      if (childId !== rootId) roots.set(childId, rootId);
    },
    deliver: read => {
      switch (read.kind) {
        case 'connected':
          if (isConnected) for (const listener of [...listeners.values()]) listener.reconnected();
          isConnected = true;
          return;
        case 'unparsed':
          for (const listener of listenersOf(read.sessionId)) listener.unparsed(read.text);
          return;
        case 'event':
          noteParent(read.event);
          if (read.sessionId === undefined) return;
          listenerOf(read.sessionId)?.event(read.event, roots.has(read.sessionId));
          return;
        case 'other':
          return;
      }
    },
  };
}
