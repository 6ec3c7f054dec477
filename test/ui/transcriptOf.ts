/** Without the line to type in, and the session: a new terminal shows it in its head, not where it became known. */
export function transcriptOf(text: string): string {
  const lines = text
    .split('\n')
    .filter(line => !/^(?:· )?Session /.test(line) && !line.startsWith('❯ Type '));
  return lines.join('\n').trimEnd();
}
