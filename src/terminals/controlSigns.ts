import { controls } from '../views/safeText.ts';

/** Stands for what has no picture of its own. */
const unknown = '\ufffd';

/**
 * The same text with a sign of one column for each character that would steer the terminal. One for one, unlike
 * `safeText`: a cursor between two characters finds its column, and a person sees that something is there.
 */
export function controlSigns(text: string): string {
  return text.replace(controls, control => {
    const code = control.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? '\u2421' : unknown;
  });
}
