import type { OutsideTool } from '../src/core/outsideTools.ts';
import { outsideTools } from '../src/core/outsideTools.ts';
import { languageModelToolName } from '../src/languageModel/toolName.ts';
import { inputSchemaOf } from '../src/tools/mcp/inputSchemas.ts';

const icons: Readonly<Record<(typeof outsideTools)[number]['name'], string>> = {
  spawn_thread: '$(add)',
  resume_thread: '$(debug-continue)',
  send_message: '$(comment)',
  wait_threads: '$(watch)',
  list_threads: '$(list-tree)',
  get_thread: '$(info)',
  read_thread: '$(output)',
  answer_thread: '$(comment-discussion)',
  cancel_thread: '$(debug-stop)',
  list_providers: '$(server-process)',
};

const workspaceFolder = {
  type: 'string',
  description: 'Only needed where several folders are open: the name or path of one.',
};

/** Not where the same tools come as an MCP server: a model would have each of them twice. */
const when = 'isWorkspaceTrusted && agentdock.initialized && !config.agentdock.offerMcpServer';

/** `contributes.languageModelTools` of package.json, as the contract of the tools wants it. */
export function languageModelTools(): object[] {
  return outsideTools.map(({ name }) => {
    const { properties, ...schema } = inputSchemaOf(name);
    return {
      name: languageModelToolName(name),
      toolReferenceName: languageModelToolName(name),
      displayName: `%${textKey(name, 'name')}%`,
      modelDescription: `%${textKey(name, 'model')}%`,
      userDescription: `%${textKey(name, 'user')}%`,
      icon: icons[name],
      tags: ['agentdock', 'agents'],
      canBeReferencedInPrompt: true,
      when,
      inputSchema: { ...schema, properties: { ...properties, workspace_folder: workspaceFolder } },
    };
  });
}

/** The texts of package.nls.json that models read. */
export function modelTexts(): Record<string, string> {
  return Object.fromEntries(
    outsideTools.map(({ name, description }) => [textKey(name, 'model'), description]),
  );
}

function textKey(name: OutsideTool['name'], text: 'name' | 'model' | 'user'): string {
  return `tool.${name}.${text}`;
}
