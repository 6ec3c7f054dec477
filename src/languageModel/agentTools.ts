import * as vscode from 'vscode';
import { outsideTools } from '../core/outsideTools.ts';
import type { DockFolders } from '../vscode/dockFolders.ts';
import { whenTrusted } from '../vscode/whenTrusted.ts';
import { AgentTool } from './agentTool.ts';
import { languageModelToolName } from './toolName.ts';

/** Gives VS Code's own agent the tools of a master. In an untrusted workspace there are none. */
export function registerAgentTools(folders: DockFolders): vscode.Disposable {
  return whenTrusted(() => {
    const registered = outsideTools.map(({ name }) =>
      vscode.lm.registerTool(languageModelToolName(name), new AgentTool(name, folders)),
    );
    return vscode.Disposable.from(...registered);
  });
}
