import type { CommandContext } from './command.ts';

/** The words as one prompt; `-` alone reads it from standard input, byte for byte. */
export async function promptFrom(words: readonly string[], { stdin }: CommandContext): Promise<string> {
  return words.length === 1 && words[0] === '-' ? stdin() : words.join(' ');
}
