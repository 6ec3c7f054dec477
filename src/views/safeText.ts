import { wholeCharacters } from '../core/wholeCharacters.ts';

// Whole escape sequences, so that coloured tool output stays readable; what is left over goes by `controls`.
// The lengths are bounded: an unfinished sequence in a long text must not cost quadratic time.
const sequences =
  /(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]{0,4096}(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]{0,8}[0-~]/g;

/** C0 and C1 controls but tab and line feed, and the characters that turn the direction of what follows. */
export const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Text of an agent, a tool or a model as it may reach a terminal: tabs and line feeds are the only controls. */
export function safeText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(sequences, '').replace(controls, '');
}

/** The same on one line of at most `longest` characters. */
export function safeLine(text: string, longest = 200): string {
  const line = safeText(text).replace(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${wholeCharacters(line.slice(0, longest - 1))}…`;
}
