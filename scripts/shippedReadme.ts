/**
 * The README for a VSIX, where neither the other documents nor the picture are and VS Code would show dead links:
 * without pictures of this repository, without the list of its documents, and with other links to files as plain text.
 * Nor does it hold what only a clone can do: that stands between `<!-- repository -->` and `<!-- /repository -->`.
 */
export function shippedReadme(text: string): string {
  return text
    .replace(/^<!-- repository -->\n[\s\S]*?^<!-- \/repository -->\n+/gm, '')
    .replace(/<!-- repository -->[\s\S]*?<!-- \/repository -->/g, '')
    .replace(/^## More\n[^#]*/m, '')
    .replace(/^!\[[^\]]*\]\((?!https:)[^)]*\)\n+/gm, '')
    .replace(/\[([^\]]+)\]\((?!https:|#)[^)]*\)/g, '$1')
    .trimEnd()
    .concat('\n');
}
