import * as vscode from 'vscode';
import { revertAndCloseActiveEditor } from './commandGate.ts';
import type { CommandId } from './commandIds.ts';
import { setContextKey } from './contextKeys.ts';
import { t } from './localize.ts';

interface Writing {
  readonly document: vscode.TextDocument;
  readonly done: (text: string) => void;
  readonly cancelled: () => void;
}

/** Above the first line: how the text gets on its way. */
function useLens(): vscode.CodeLens {
  const command: CommandId = 'agentdock.usePrompt';
  return new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), {
    command,
    title: t('Use as Prompt'),
    tooltip: t('Closing the document cancels.'),
  });
}

/** Untitled documents in which a long prompt is written; a button in their title hands the text over. */
export class PromptEditor implements vscode.Disposable {
  readonly #writings = new Map<string, Writing>();
  readonly #changes = new vscode.EventEmitter<void>();
  readonly #subscriptions = [
    vscode.workspace.onDidCloseTextDocument(document =>
      this.#writings.get(document.uri.toString())?.cancelled(),
    ),
    vscode.languages.registerCodeLensProvider(
      { scheme: 'untitled' },
      {
        onDidChangeCodeLenses: this.#changes.event,
        provideCodeLenses: document => (this.#writings.has(document.uri.toString()) ? [useLens()] : []),
      },
    ),
    this.#changes,
  ];

  /** Resolves with the text once the person says that it is done; closing the document cancels. */
  async write(begun: string): Promise<string> {
    const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: begun });
    const key = document.uri.toString();
    await vscode.window.showTextDocument(document, { preview: false });
    try {
      return await new Promise<string>((done, reject) => {
        const cancelled = () => reject(new vscode.CancellationError());
        this.#writings.set(key, { document, done, cancelled });
        this.#publish();
      });
    } finally {
      this.#writings.delete(key);
      this.#publish();
    }
  }

  /** Hands over the text of the document in the active editor. */
  async use(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    const writing = this.#writings.get(document?.uri.toString() ?? '');
    if (document === undefined || writing === undefined || document.getText().trim() === '') return;
    const text = document.getText();
    // First: closing the document would count as leaving.
    writing.done(text);
    await revertAndCloseActiveEditor();
  }

  dispose(): void {
    for (const { cancelled } of this.#writings.values()) cancelled();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #publish(): void {
    this.#changes.fire();
    void setContextKey('agentdock.promptEditors', [...this.#writings.keys()]);
  }
}
