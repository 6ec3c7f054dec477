/** The text with paths below `root`, an absolute path, made relative to it. */
export function shortPaths(text: string, root: string | undefined): string {
  return root === undefined ? text : text.replaceAll(`${root}/`, '').replaceAll(`${root}\\`, '');
}
