/** A message's words as they stood in the record when it was queued. */
export interface ShownMessage {
  readonly text: string;
}

/**
 * The messages that a text brings: a single word of the person's as it stands, or a digest that names them. Undefined
 * where it brings none, or one that a viewer who came later has not seen.
 */
export function messagesIn(
  text: string,
  shown: ReadonlyMap<string, ShownMessage>,
): readonly string[] | undefined {
  const named = [...text.matchAll(/^\[(msg-[a-z0-9]{10})\] /gm)].flatMap(([, id]) => id ?? []);
  if (named.length > 0) return named.every(id => shown.has(id)) ? named : undefined;
  for (const [id, message] of shown) if (message.text.trim() === text.trim()) return [id];
  return undefined;
}
