import type { ThreadTerminals } from '../terminals/threadTerminals.ts';
import type { DockFolders } from '../vscode/dockFolders.ts';
import type { Logger } from '../vscode/logger.ts';
import type { PromptEditor } from '../vscode/promptEditor.ts';
import type { ReadOnlyTexts } from '../vscode/readOnlyTexts.ts';

/** What commands work with. */
export interface CommandContext {
  readonly folders: DockFolders;
  readonly terminals: ThreadTerminals;
  readonly promptEditor: PromptEditor;
  readonly readOnlyTexts: ReadOnlyTexts;
  readonly logger: Logger;
}
