import * as vscode from 'vscode';

const scheme = 'agentdock-text';

/** Texts that can be looked at in an editor and not be changed. */
export class ReadOnlyTexts implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #subscriptions = [
    vscode.workspace.registerTextDocumentContentProvider(scheme, this),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === scheme) this.#texts.delete(uri.toString());
    }),
  ];

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  /** `key` and `name` make one document; the end of the name chooses its language. The keyboard stays where it is. */
  async show({ key, name, text }: { key: string; name: string; text: string }): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: `/${key}/${name.replaceAll('/', '_')}` });
    this.#texts.set(uri.toString(), text);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true, preserveFocus: true });
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }
}
