import type { AssistantMessage, ClaudeMessage, ResultMessage, SystemMessage } from './messages.ts';

const finalTaskStates: ReadonlySet<string> = new Set(['completed', 'failed', 'killed', 'stopped']);

/**
 * Knows when a turn is over. A result counts only once every message sent has come back as taken, and no background
 * task is left whose end would make the CLI go on by itself.
 */
export class TurnProgress {
  readonly #awaited = new Set<string>();
  readonly #tasks = new Set<string>();
  #state: string | undefined;
  #wasTaken = false;
  result: ResultMessage | undefined;
  /** The last text of the agent. */
  text: string | undefined;
  /** The CLI has worked on a message, whatever of that could be read. */
  hasWorked = false;
  /** Class of the last failure the CLI reported in the model's place. */
  errorClass: string | undefined;
  /** Seconds since 1970. */
  resetsAt: number | undefined;

  /** A message was sent; it is delivered when the CLI repeats it. */
  await(uuid: string): void {
    this.#awaited.add(uuid);
  }

  get backgroundTasks(): number {
    return this.#tasks.size;
  }

  delivered(uuid: string): void {
    if (this.#awaited.delete(uuid)) this.#wasTaken = true;
  }

  get isOver(): boolean {
    if (!this.#wasTaken || this.#awaited.size > 0) return false;
    // A version that does not tell its state ends a turn with the result itself.
    const isAtRest = this.#state === undefined ? this.result !== undefined : this.#state === 'idle';
    return isAtRest && (this.#tasks.size === 0 || this.result?.is_error === true);
  }

  observe(message: ClaudeMessage): void {
    switch (message.type) {
      case 'system':
        this.#system(message);
        break;
      case 'assistant':
        if (typeof message.parent_tool_use_id !== 'string') this.#assistant(message);
        break;
      case 'result':
        this.result = message;
        break;
      case 'rate_limit_event':
        if (message.rate_limit_info.status === 'rejected') {
          this.resetsAt = message.rate_limit_info.resetsAt ?? undefined;
        }
        break;
    }
  }

  /** A message came that could not be read. */
  unread(): void {
    this.hasWorked = true;
  }

  /** Its end was told but never announced to the model: nothing follows. */
  forgetTask(id: string): void {
    this.#tasks.delete(id);
  }

  #assistant({ message, error }: AssistantMessage): void {
    this.hasWorked = true;
    this.errorClass = error ?? undefined;
    const text = message.content.findLast(block => block.type === 'text' && block.text)?.text;
    if (typeof error !== 'string' && text !== undefined) this.text = text;
  }

  #system(message: SystemMessage): void {
    const { subtype, task_id } = message;
    if (subtype === 'session_state_changed') this.#state = message.state ?? undefined;
    if (typeof task_id !== 'string') return;
    // Tasks that stay out of the transcript are the CLI's own housekeeping.
    if (subtype === 'task_started' && message.skip_transcript !== true) this.#tasks.add(task_id);
    if (subtype === 'task_notification') this.#tasks.delete(task_id);
  }
}

/** The id of a task that has ended, though the model may still have to be told. */
export function endedTask(message: ClaudeMessage): string | undefined {
  if (message.type !== 'system' || message.subtype !== 'task_updated') return undefined;
  return finalTaskStates.has(message.patch?.status ?? '') ? (message.task_id ?? undefined) : undefined;
}
