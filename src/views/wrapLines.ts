/** Breaks each line into rows of at most `width` characters, at blanks where there are some; loses nothing. */
export function wrapLines(text: string, width: number): string[] {
  return text.split('\n').flatMap(line => {
    const rows: string[] = [];
    let rest = line;
    while (rest.length > width) {
      const blank = rest.lastIndexOf(' ', width - 1);
      const at = blank > width / 2 ? blank + 1 : width;
      rows.push(rest.slice(0, at));
      rest = rest.slice(at);
    }
    return [...rows, rest];
  });
}
