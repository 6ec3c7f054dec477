/** How VS Code knows a tool of the host; package.json declares the same names. */
export function languageModelToolName(tool: string): string {
  return `agentdock_${tool}`;
}
