import type { Thread } from '../contracts/thread.ts';

/** Program and arguments of a `command` turn: the first turn's own, else the prompt run by the platform's shell. */
export function commandLine(thread: Thread, prompt: string): readonly string[] {
  if (thread.command !== undefined && thread.turns_ended === 0) return thread.command;
  return process.platform === 'win32' ? ['cmd.exe', '/d', '/s', '/c', prompt] : ['/bin/sh', '-c', prompt];
}
