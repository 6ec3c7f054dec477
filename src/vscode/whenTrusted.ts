import * as vscode from 'vscode';

/** Contributes once the workspace is trusted. */
export function whenTrusted(contribute: () => vscode.Disposable): vscode.Disposable {
  if (vscode.workspace.isTrusted) return contribute();
  let contributed: vscode.Disposable | undefined;
  const waiting = vscode.workspace.onDidGrantWorkspaceTrust(() => {
    contributed ??= contribute();
  });
  return new vscode.Disposable(() => {
    waiting.dispose();
    contributed?.dispose();
  });
}
