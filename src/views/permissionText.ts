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

/** What the mode means, in one line. */
export function permissionMeaning(mode: PermissionMode): string {
  switch (mode) {
    case 'read_only':
      return t('May read files, changes nothing');
    case 'ask':
      return t('Whatever needs a permission is asked for; refused while nobody can be asked');
    case 'edit':
      return t('May change files in its folder; commands are asked for');
    case 'full':
      return t('May run any command without asking');
  }
}
