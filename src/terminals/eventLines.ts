import { safeLine } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { paint } from './styles.ts';

export function fileLine(path: string, kind: 'add' | 'update' | 'delete'): string {
  const line = safeLine(path, 1000);
  switch (kind) {
    case 'add':
      return `${paint('green', '+')} ${line}\n`;
    case 'update':
      return `${paint('yellow', '~')} ${line}\n`;
    case 'delete':
      return `${paint('red', '-')} ${line}\n`;
  }
}

export function sessionLine(id: string): string {
  return `${paint('dim', `· ${t('Session {0}', safeLine(id))}`)}\n`;
}

export function steeredLine(text: string): string {
  return `${paint('prompt', '❯')} ${safeLine(text, 1000)} ${paint('dim', t('to the running turn'))}\n`;
}
