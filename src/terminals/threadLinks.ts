import { stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import * as vscode from 'vscode';
import { t } from '../vscode/localize.ts';
import { findLinks, type LinkText } from './linkTexts.ts';
import type { ThreadTerminals } from './threadTerminals.ts';

interface ThreadLink extends vscode.TerminalLink {
  readonly open: () => void;
}

/** Makes files and thread ids in a thread's terminal clickable; files are looked for in the thread's folder. */
export class ThreadLinks implements vscode.TerminalLinkProvider<ThreadLink> {
  readonly #terminals: ThreadTerminals;

  constructor(terminals: ThreadTerminals) {
    this.#terminals = terminals;
  }

  async provideTerminalLinks(context: vscode.TerminalLinkContext): Promise<ThreadLink[]> {
    const links = await Promise.all(
      findLinks(context.line).map(found => this.#link(found, context.terminal)),
    );
    return links.filter(link => link !== undefined);
  }

  handleTerminalLink(link: ThreadLink): void {
    link.open();
  }

  async #link(found: LinkText, terminal: vscode.Terminal): Promise<ThreadLink | undefined> {
    const shown = this.#terminals.threadOf(terminal);
    if (shown === undefined) return undefined;
    const { startIndex, length } = found;
    const { folder, thread } = shown;
    if (found.kind === 'thread') {
      const { id } = found;
      if (!folder.client.threads.has(id)) return undefined;
      return {
        startIndex,
        length,
        tooltip: t('Open Terminal'),
        open: () => void this.#terminals.show(folder, id),
      };
    }
    const { root } = folder;
    const workingDir = folder.client.threads.get(thread)?.working_dir ?? '.';
    const file = await firstFile(root, [join(root, workingDir), root], found.path);
    if (file === undefined) return undefined;
    const position = new vscode.Position(found.line - 1, 0);
    const open = () =>
      void vscode.window.showTextDocument(vscode.Uri.file(file), {
        selection: new vscode.Range(position, position),
      });
    return { startIndex, length, tooltip: t('Open File'), open };
  }
}

/** The file as seen from one of the folders, if it lies in the workspace folder. */
async function firstFile(root: string, bases: readonly string[], path: string): Promise<string | undefined> {
  for (const base of bases) {
    const file = resolve(base, path);
    const inside = relative(root, file);
    if (inside.startsWith('..') || isAbsolute(inside)) continue;
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile()) return file;
  }
  return undefined;
}
