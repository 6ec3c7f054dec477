export interface OfferedFolder {
  readonly path: string;
}

/** The name of a folder's MCP server, by which VS Code gives it back. Two folders may have the same last name. */
export function serverLabel({ path }: OfferedFolder, offered: readonly OfferedFolder[]): string {
  return offered.length > 1 ? `AgentDock: ${path}` : 'AgentDock';
}

export function folderOfServer<Folder extends OfferedFolder>(
  label: string,
  offered: readonly Folder[],
): Folder | undefined {
  return offered.find(folder => serverLabel(folder, offered) === label);
}
