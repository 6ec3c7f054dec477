import { safeLine } from './safeText.ts';

/** A text for a list of VS Code's, where `$(name)` would be an icon. */
export function plainLabel(text: string, longest?: number): string {
  return safeLine(text, longest).replaceAll('$(', '$\u200b(');
}
