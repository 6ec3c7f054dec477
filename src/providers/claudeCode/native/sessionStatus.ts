import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { parseJson } from '../../../core/parseJson.ts';
import { configFolder } from '../userSettings.ts';

const entrySchema = z.looseObject({ pid: z.number(), status: z.string().optional() });

/** `idle`: it waits for a prompt. `waiting`: a dialog is open. */
export type SessionStatus = 'starting' | 'idle' | 'busy' | 'waiting';

const lookMs = 150;
/** After a prompt the registry says so within this time, if the agent works at all. */
const workMs = 5_000;

/**
 * Follows what a running terminal notes of itself in the CLI's own registry. It covers what no hook reports: that the
 * person stopped the agent, and that a dialog is open.
 */
export class StatusWatch {
  readonly #file: string;
  readonly #onChange: (status: SessionStatus) => void;
  readonly #timer: NodeJS.Timeout;
  #status: SessionStatus = 'starting';
  #isLooking = false;
  /** Until then the registry may still say what was before the prompt. */
  #workUntil = 0;

  constructor(
    pid: number,
    environment: Readonly<Record<string, string>>,
    onChange: (status: SessionStatus) => void,
  ) {
    this.#file = path.join(configFolder(environment), 'sessions', `${pid}.json`);
    this.#onChange = onChange;
    this.#timer = setInterval(() => void this.look(), lookMs).unref();
  }

  get status(): SessionStatus {
    return this.#status;
  }

  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const entry = entrySchema.safeParse(parseJson(await readFile(this.#file, 'utf8').catch(() => '')));
    this.#isLooking = false;
    // Caught while it is being written: the next look will do.
    if (!entry.success) return;
    const status = statusOf(entry.data.status);
    if (status !== 'idle') this.#workUntil = 0;
    this.#set(status === 'idle' && Date.now() < this.#workUntil ? 'busy' : status);
  }

  /** The terminal has taken a prompt. */
  works(): void {
    this.#workUntil = Date.now() + workMs;
    this.#set('busy');
  }

  /** The agent has dealt with it. */
  rests(): void {
    this.#workUntil = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #set(status: SessionStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#onChange(status);
  }
}

function statusOf(text: string | undefined): SessionStatus {
  if (text === undefined) return 'starting';
  // A background shell runs on while it waits for a prompt.
  if (text === 'idle' || text === 'shell') return 'idle';
  return text === 'waiting' ? 'waiting' : 'busy';
}
