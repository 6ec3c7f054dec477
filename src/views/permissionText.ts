import type { PermissionMode } from '../contracts/thread.ts';
import { t } from '../vscode/localize.ts';

export function permissionText(mode: PermissionMode): string {
  switch (mode) {
    case 'read_only':
      return t('Read only');
    case 'ask':
      return t('Ask first');
    case 'edit':
      return t('Edit files');
    case 'full':
      return t('Full access');
  }
}

/** What the mode means at every provider, in one line; what it really does at one, that one's driver says. */
export function permissionMeaning(mode: PermissionMode): string {
  switch (mode) {
    case 'read_only':
      return t('May read files, changes nothing');
    case 'ask':
      return t('Whatever needs a permission is asked for and waits for your answer');
    case 'edit':
      return t('May change files in the workspace; what else goes unasked depends on the agent');
    case 'full':
      return t('May run any command without asking');
  }
}
