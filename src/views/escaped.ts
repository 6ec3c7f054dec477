import { safeLine } from './safeText.ts';

/** A text that must not be read as Markdown: no links, no images, no icons, no HTML. */
export function escaped(text: string): string {
  return safeLine(text, 1000).replace(/[\\`*_{}[\]()<>#+\-.!|~$:&@]/g, '\\$&');
}
