import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workbench } from '../rigs/workbench.ts';
import { waitFor } from '../support/waitFor.ts';
import type { Desk } from './desk.ts';
import { transcriptOf } from './transcriptOf.ts';

const items = Array.from({ length: 60 }, (_, index) => `Item ${index + 1} is on its shelf.`);

/** A turn that goes on only when it is told to: it says a screenful and more, waits in a tool, waits in the model. */
export interface LongTurn {
  readonly prompt: string;
  /** The pid of its tool's shell, once that runs. */
  toolPid(): Promise<number>;
  endTool(): void;
  /** Resolves when the model has the tool's result and has said so; the turn is then still open. */
  untilCounted(): Promise<void>;
  endTurn(): void;
}

/** `name`: of the gate and of the files by which the turn is led; another one for each turn of the folder. */
export function makeLongTurn(desk: Desk, folder: string, name: string, prompt: string): LongTurn {
  const gate = name;
  const pidFile = join(folder, `${name}.tool.pid`);
  desk.script(
    prompt,
    'think Shelf by shelf.',
    `say ${items.join('\\n')}`,
    `shell echo $$ > ${name}.tool.pid; until test -e ${name}.go; do sleep 0.1; done; echo counted all`,
    'say The count is done.',
    `gate ${gate}`,
    'say That is all.',
  );
  const readPid = () => (existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0);
  return {
    prompt,
    toolPid: () => waitFor('the tool to run', readPid),
    endTool: () => writeFileSync(join(folder, `${name}.go`), ''),
    untilCounted: () => desk.models.gates.arrival(gate),
    endTurn: () => desk.models.gates.open(gate),
  };
}

/** Waits until the terminal in front holds the whole beginning of the turn, and returns its transcript. */
export async function untilItemsShown(window: Workbench): Promise<string> {
  return transcriptOf(await window.waitForTerminal(/Item 60 is on its shelf\.[\s\S]*tool\.pid/));
}

/** Waits for the end of the turn, and demands that nothing is missing and nothing there twice. */
export async function untilWhole(window: Workbench): Promise<string> {
  const text = transcriptOf(await window.waitForTerminal(/That is all\.\n\n✓ Completed/));
  const wanted = [...items, 'The count is done.', 'That is all.'];
  assert.deepEqual(
    text.split('\n').filter(line => wanted.includes(line)),
    wanted,
    text,
  );
  assert.equal(text.match(/^ *│ counted all$/gm)?.length, 1, text);
  assert.equal(text.match(/✓ Completed/g)?.length, 1, text);
  return text;
}
