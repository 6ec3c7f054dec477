/** A model request with the wire protocol and the CLI's own wrapping taken off. Readers make it, the planner reads it. */
export const protocols = ['anthropic-messages', 'openai-responses', 'openai-chat'] as const;
export type Protocol = (typeof protocols)[number];

export type Entry =
  /** What was typed, byte for byte. Text the CLI adds by itself (reminders, environment, AGENTS.md) is no entry. */
  | { readonly kind: 'prompt'; readonly text: string }
  /** A message sent while the turn was running, where the CLI marks it as such (Claude Code). */
  | { readonly kind: 'steer'; readonly text: string }
  /** The CLI says that the turn before was stopped. */
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'answer'; readonly text: string }
  /** `args` as the model wrote them: JSON, or the text of a `custom` tool. */
  | { readonly kind: 'call'; readonly id: string; readonly tool: string; readonly args: string }
  | { readonly kind: 'result'; readonly id: string; readonly text: string };

export interface OfferedTool {
  readonly name: string;
  /** `custom` tools take plain text instead of JSON (OpenAI Responses only). */
  readonly kind: 'function' | 'custom';
}

export interface Conversation {
  readonly protocol: Protocol;
  readonly model: string;
  /** The CLI's session id, from a header. */
  readonly sessionHint: string | undefined;
  readonly system: string;
  readonly cwd: string | undefined;
  readonly tools: readonly OfferedTool[];
  readonly entries: readonly Entry[];
  /** A request of the CLI's own, such as the one for a session title. */
  readonly side: boolean;
}

export function textsOf(entries: readonly Entry[], kind: 'prompt' | 'steer' | 'answer' | 'result'): string[] {
  return entries.flatMap(entry => (entry.kind === kind ? [entry.text] : []));
}

/** Whether it went to the model, rather than came from it. */
export function isGiven(entry: Entry): entry is Extract<Entry, { kind: 'prompt' | 'steer' | 'result' }> {
  return entry.kind === 'prompt' || entry.kind === 'steer' || entry.kind === 'result';
}

/** The folder the CLI says it works in: each of the three writes it into the text it gives the model. */
export function findCwd(text: string): string | undefined {
  const found = [...text.matchAll(/<cwd>([^<]+)<\/cwd>|[Ww]orking directory: *([^\n]+)/g)].at(-1);
  return (found?.[1] ?? found?.[2])?.trim();
}
