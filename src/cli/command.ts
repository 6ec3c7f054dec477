import type { DockClient } from '../client/dockClient.ts';
import type { Output } from './io.ts';

export interface CommandContext {
  readonly output: Output;
  /** `--json`: one JSON value in place of text. */
  readonly json: boolean;
  readonly cwd: string;
  /** The value of `--workspace`. */
  readonly workspace: string | undefined;
  readonly stdin: () => Promise<string>;
  /** Asks the person and returns the line they typed; absent where nobody can be asked. */
  readonly ask?: (question: string) => Promise<string>;
  /**
   * Connects to the workspace's host, and starts one if there is none. Without `start` only to show or stop one that
   * runs, also of another version. Closed after the command.
   */
  client(options?: { readonly start?: boolean }): Promise<DockClient>;
}

export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** `VALUE` in the help of a string. */
  readonly value?: string;
  readonly help: string;
}

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

export interface Command {
  readonly name: string;
  /** After the name: `<thread> <prompt>`. */
  readonly usage: string;
  readonly summary: string;
  readonly details?: string;
  /** Whole command lines. */
  readonly examples?: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  /** True when it prints JSON whether that was asked for or not. */
  readonly alwaysJson?: true;
  /** What to do instead when its words do not fit; default: its usage. */
  readonly wordsHint?: string;
  /** How many words it takes at least and at most. */
  readonly words: readonly [least: number, most: number];
  /** Returns the exit code. */
  run(words: readonly string[], options: OptionValues, context: CommandContext): Promise<number>;
}

export function text(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
