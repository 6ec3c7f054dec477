import type { AgentEvent } from '../contracts/agentEvent.ts';
import { durationText } from '../views/durationText.ts';
import { knownText } from '../views/knownText.ts';
import { safeLine, safeText } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { paint } from './styles.ts';

type Started = Extract<AgentEvent, { type: 'tool.started' }>;
type Ended = Extract<AgentEvent, { type: 'tool.ended' }>;

interface OpenTool {
  readonly label: string;
  readonly startedAt: number;
  readonly output: ClippedLines;
  /** A piece of a line that has not ended yet. */
  partial: string;
  /** The refusal has been shown; what the tool then says is the same again. */
  isRefused: boolean;
}

const mostOutputLines = 10;
const gutter = paint('dim', '  │ ');

/** The tool calls of a turn as text: a line at the start, the beginning of the output, a line at the end. */
export class ToolBlocks {
  readonly #open = new Map<string, OpenTool>();
  /** The call whose block is the last thing written. */
  #last: string | undefined;
  /** True while that which was written last is the end of a call, and what belongs to it. */
  #isBelowEnd = false;

  start(event: Started, at: string): string {
    const label = toolLabel(event.name, event.title);
    this.#open.set(event.item, {
      label,
      startedAt: Date.parse(at),
      output: new ClippedLines(),
      partial: '',
      isRefused: false,
    });
    this.#last = event.item;
    this.#isBelowEnd = false;
    return `${paint('cyan', '●')} ${label}\n`;
  }

  progress(item: string, text: string): string {
    const tool = this.#open.get(item);
    if (tool === undefined) return '';
    const lines = (tool.partial + safeText(text)).split('\n');
    tool.partial = lines.pop() ?? '';
    return this.#heading(item, tool, tool.output.take(lines));
  }

  end(event: Ended, at: string): string {
    const tool = this.#open.get(event.item);
    if (tool === undefined) return '';
    this.#open.delete(event.item);
    const isSilent = tool.output.isEmpty && tool.partial === '';
    const said = isSilent && !tool.isRefused ? outputLines(event) : [tool.partial];
    const shown = tool.output.take(said.filter((line, index) => line !== '' || index < said.length - 1));
    const isElsewhere = this.#last !== event.item;
    const head = isElsewhere && shown !== '' ? continued(tool) : '';
    const name = isElsewhere && shown === '' ? `${tool.label} · ` : '';
    const took = Date.parse(at) - tool.startedAt;
    const text = `${head}${shown}${tool.output.left()}${paint('dim', '  └ ')}${name}${verdict(event, took)}\n`;
    if (this.#last === event.item) this.#last = undefined;
    this.#isBelowEnd = true;
    return text;
  }

  /** A permission that was refused: inside the block of the call it is about, where that is the last one. */
  refuse(name: string, detail: string, reason: string): string {
    const refusal = paint('yellow', t('Refused: {0}', safeLine(reason, 500)));
    const label = toolLabel(name, detail);
    const tool = this.#lastTool();
    this.#isBelowEnd = false;
    if (tool?.label !== label) return `${paint('yellow', '⊘')} ${label}\n${paint('dim', '  └ ')}${refusal}\n`;
    tool.isRefused = true;
    return `${gutter}${refusal}\n`;
  }

  /** A changed file: inside the block of the call that is still going on, or set in below the one that has ended. */
  file(line: string): string {
    if (this.#lastTool() !== undefined) return gutter + line;
    return this.#isBelowEnd ? `    ${line}` : line;
  }

  #lastTool(): OpenTool | undefined {
    return this.#last === undefined ? undefined : this.#open.get(this.#last);
  }

  /** Something else was written below: a later line says which call it belongs to. */
  interrupt(): void {
    this.#last = undefined;
    this.#isBelowEnd = false;
  }

  clear(): void {
    this.#open.clear();
    this.#last = undefined;
    this.#isBelowEnd = false;
  }

  #heading(item: string, tool: OpenTool, text: string): string {
    if (text === '') return '';
    this.#isBelowEnd = false;
    if (this.#last === item) return text;
    this.#last = item;
    return continued(tool) + text;
  }
}

/** Lets the first lines of an output through and counts the others. */
class ClippedLines {
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  take(lines: readonly string[]): string {
    const room = Math.max(0, mostOutputLines - this.#count);
    this.#count += lines.length;
    return lines
      .slice(0, room)
      .map(line => `${gutter}${paint('dim', line)}\n`)
      .join('');
  }

  left(): string {
    const left = this.#count - mostOutputLines;
    return left > 0 ? `${gutter}${paint('dim', t('… {0} more lines', left))}\n` : '';
  }
}

function continued({ label }: OpenTool): string {
  return `${paint('dim', '●')} ${paint('dim', t('{0}, continued', label))}\n`;
}

export function toolLabel(name: string, title: string): string {
  const plain = safeLine(name, 60);
  const line = safeLine(title);
  return line === '' || line === plain ? paint('bold', plain) : `${paint('bold', plain)} ${line}`;
}

function outputLines(event: Ended): string[] {
  return event.output === undefined ? [] : safeText(knownText(event.output)).split('\n');
}

function verdict(event: Ended, took: number): string {
  const after = took >= 1000 ? paint('dim', ` · ${durationText(took)}`) : '';
  const code = event.exit_code;
  switch (event.status) {
    case 'completed':
      return (code ?? 0) === 0
        ? `${paint('green', '✓')}${after}`
        : `${paint('yellow', t('exit {0}', code ?? ''))}${after}`;
    case 'failed':
      return `${paint('red', code === undefined ? t('failed') : t('failed, exit {0}', code))}${after}`;
    case 'declined':
      return `${paint('yellow', t('declined'))}${after}`;
    case 'interrupted':
      return `${paint('yellow', t('interrupted'))}${after}`;
  }
}
