import type { Thread } from '../contracts/thread.ts';
import { t } from '../vscode/localize.ts';
import { knownText } from './knownText.ts';
import { permissionMeaning, permissionText } from './permissionText.ts';
import { providerName } from './providerName.ts';
import { safeLine } from './safeText.ts';
import { stateText } from './stateText.ts';
import { usageText } from './usageText.ts';

/** Everything about a thread that fits a hover, as Markdown. What agents and models wrote is escaped. */
export function threadTooltip(thread: Thread): string {
  const { turn, error, session, result, usage } = thread;
  const rows: readonly (readonly [string, string] | undefined)[] = [
    [
      t('State'),
      stateText(thread.state) + (thread.reason === undefined ? '' : ` – ${escaped(thread.reason)}`),
    ],
    [
      t('Agent'),
      [providerName(thread.provider), thread.model, thread.effort]
        .flatMap(part => (part === undefined ? [] : [escaped(part)]))
        .join(' · '),
    ],
    [
      t('Permission'),
      `${permissionText(thread.permission_mode)} – ${permissionMeaning(thread.permission_mode)}`,
    ],
    thread.working_dir === '.' ? undefined : [t('Folder'), escaped(thread.working_dir)],
    session === undefined ? undefined : [t('Session'), escaped(session.id)],
    usage === undefined ? undefined : [t('Tokens'), escaped(usageText(usage))],
    [t('Thread'), escaped(thread.id)],
  ];
  const table = rows.flatMap(row => (row === undefined ? [] : [`**${row[0]}:** ${row[1]}`])).join('  \n');
  const task =
    turn === undefined ? '' : `\n\n---\n\n${t('Prompt')}: ${escaped(safeLine(knownText(turn.prompt), 400))}`;
  const failure =
    error === undefined
      ? ''
      : `\n\n---\n\n${escaped(error.code)}: ${escaped(safeLine(error.message, 600))}${error.hint === undefined ? '' : `  \n${escaped(safeLine(error.hint, 400))}`}`;
  const answer =
    result === undefined || turn !== undefined
      ? ''
      : `\n\n---\n\n${escaped(safeLine(knownText(result), 600))}`;
  return `**${escaped(thread.task_name)}**\n\n${table}${task}${failure}${answer}`;
}

/** A text that must not be read as Markdown: no links, no images, no icons, no HTML. */
export function escaped(text: string): string {
  return safeLine(text, 1000).replace(/[\\`*_{}[\]()<>#+\-.!|~$:&@]/g, '\\$&');
}
