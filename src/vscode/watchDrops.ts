import * as vscode from 'vscode';

/** Tells when a request appears in the drop folder below `root`, while no host may run that would see it. */
export function watchDrops(root: string, onDrop: () => void): vscode.Disposable {
  const pattern = new vscode.RelativePattern(vscode.Uri.file(root), '.agentdock/requests/*.json');
  const watcher = vscode.workspace.createFileSystemWatcher(pattern, false, false, true);
  const look = ({ path }: vscode.Uri) => {
    if (!path.endsWith('.result.json')) onDrop();
  };
  watcher.onDidCreate(look);
  watcher.onDidChange(look);
  return watcher;
}
