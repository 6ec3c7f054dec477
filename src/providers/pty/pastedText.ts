/** Characters of a paste that are known to arrive. */
const longestPaste = 90_000;

const command = /^\s*[/!#@]/;
/** Claude Code's terminal takes these for orders to itself: it is left by `:q`. */
const words = new Set(['exit', 'quit', ':q', ':q!', ':wq', ':wq!', '?']);
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** The text as a paste can bring it: nothing in it can end the paste, press a key or be a command. */
export function pastedText(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').replace(new RegExp(unseen, 'g'), '');
  return command.test(lines) ? ` ${lines.trimStart()}` : lines;
}

/**
 * Why a program would not take the text as it is from a paste; undefined when it does. Claude Code's also drops white
 * space at the end, makes spaces of tabs and composes characters (seen with 2.1).
 */
export function whyNotPasted(text: string): string | undefined {
  if (text.length > longestPaste) return `it is longer than ${longestPaste} characters`;
  if (command.test(text)) return `it begins with \`${text.trimStart()[0]}\`, which makes it a command there`;
  if (words.has(text.trim().toLowerCase())) return 'it is a command there';
  if (text.trimEnd() !== text) return 'it ends with white space, which is dropped there';
  if (text.endsWith('\\')) return 'it ends with a backslash, after which Enter does not send it there';
  if (text.includes('\r')) return 'it holds carriage returns, which press Enter there';
  if (text.includes('\t')) return 'it holds tabs, which become spaces there';
  if (unseen.test(text)) return 'it holds control characters, which press keys there';
  if (text.normalize('NFC') !== text) return 'it holds decomposed characters, which are composed there';
  return undefined;
}
