import type { Thread } from '../contracts/thread.ts';
import { permissionText } from '../views/permissionText.ts';
import { providerName } from '../views/providerName.ts';
import { safeLine } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { paint } from './styles.ts';

/**
 * The top of a thread's terminal: the task, then who works on it, where, with what permission. A program has neither
 * a permission nor a session worth showing.
 */
export function headerLines(thread: Thread, isProgram: boolean): string {
  const facts = [
    thread.role === 'master' ? t('{0} master', providerName(thread.provider)) : providerName(thread.provider),
    ...(thread.model === undefined ? [] : [safeLine(thread.model)]),
    ...(isProgram ? [] : [permissionText(thread.permission_mode)]),
    ...(thread.working_dir === '.' ? [] : [safeLine(thread.working_dir)]),
    thread.id,
  ];
  const session =
    thread.session === undefined || isProgram
      ? ''
      : `${paint('dim', t('Session {0}', safeLine(thread.session.id)))}\r\n`;
  return `${paint('bold', safeLine(thread.task_name))}\r\n${paint('dim', facts.join(' · '))}\r\n${session}\r\n`;
}
