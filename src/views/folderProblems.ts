import type { DockClient, Trouble } from '../client/dockClient.ts';
import { t } from '../vscode/localize.ts';
import { safeLine } from './safeText.ts';

type Connection = Pick<DockClient, 'state' | 'trouble'>;

/** What is wrong in the folders, above the tree: one line, empty while all is well. */
export function problemMessage(folders: readonly Connection[]): string {
  const offline = folders.flatMap(({ state }) => (state.kind === 'offline' ? [state.error.message] : []));
  if (offline.length > 0) return t('Host offline: {0}', offline.join(' '));
  const troubles = folders.flatMap(({ trouble }) => trouble ?? []);
  const gravest = troubles.find(({ read_only }) => read_only !== undefined) ?? troubles[0];
  return gravest === undefined ? '' : troubleText(gravest);
}

/** Beside the name of a folder. */
export function folderDescription({ state, trouble }: Connection): string | undefined {
  if (state.kind === 'offline') return t('host offline');
  if (state.kind === 'connecting') return t('connecting…');
  if (trouble === undefined) return undefined;
  return trouble.read_only === undefined ? t('state damaged') : t('read-only');
}

/** One sentence; the log has the rest. */
export function troubleText({ read_only, damage }: Trouble): string {
  if (read_only !== undefined) {
    const { message, hint = '' } = read_only;
    return t('Nothing can be changed: {0}', safeLine(`${message} ${hint}`, 400));
  }
  const [first = '', ...others] = damage;
  const text = t('Damage in the saved state: {0}', safeLine(first));
  return others.length === 0 ? text : t('{0} (and {1} more)', text, others.length);
}
