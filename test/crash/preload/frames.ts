/** Gives names to the lines between the host and one CLI. */
export interface Namer {
  sent(line: string): string[];
  told(line: string): string[];
}

type Frame = Readonly<Record<string, unknown>>;

/** Knows both: JSON-RPC in lines, where an answer gets the name of its request, and lines with a `type`. */
export function makeNamer(): Namer {
  const ours = new Map<unknown, string>();
  const theirs = new Map<unknown, string>();
  return {
    sent: line => {
      const frame = parse(line);
      if (frame === undefined) return [];
      const { id, method } = frame;
      if (typeof method === 'string') {
        if (id !== undefined) ours.set(id, method);
        return [`send ${method}`];
      }
      if (theirs.has(id)) return [`send answer to ${theirs.get(id)}`];
      return typed('send', frame);
    },
    told: line => {
      const frame = parse(line);
      if (frame === undefined) return [];
      const { id, method } = frame;
      if (typeof method === 'string') {
        if (id !== undefined) theirs.set(id, method);
        return [`told ${method}`];
      }
      if (ours.has(id)) return [`told answer to ${ours.get(id)}`];
      return typed('told', frame);
    },
  };
}

function typed(side: string, frame: Frame): string[] {
  const { type, subtype, request, response, event } = frame;
  if (typeof type !== 'string') return [];
  const inner = [subtype, nameIn(request, 'subtype'), nameIn(response, 'subtype'), nameIn(event, 'type')];
  return [[side, type, ...inner.filter(word => typeof word === 'string')].join(' ')];
}

function nameIn(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function parse(line: string): Frame | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const frame: Frame = JSON.parse(line);
    return frame;
  } catch {
    return undefined;
  }
}
