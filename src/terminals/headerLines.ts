import type { Thread } from '../contracts/thread.ts';
import { permissionText } from '../views/permissionText.ts';
import { providerName } from '../views/providerName.ts';
import { safeLine } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { paint } from './styles.ts';

/** The top of a thread's terminal: the task, then who works on it, where, with what permission. */
export function headerLines(thread: Thread): string {
  const facts = [
    thread.role === 'master' ? t('{0} master', providerName(thread.provider)) : providerName(thread.provider),
    ...(thread.model === undefined ? [] : [safeLine(thread.model)]),
    permissionText(thread.permission_mode),
    ...(thread.working_dir === '.' ? [] : [safeLine(thread.working_dir)]),
    thread.id,
  ];
  return `${paint('bold', safeLine(thread.task_name))}\r\n${paint('dim', facts.join(' · '))}\r\n\r\n`;
}
