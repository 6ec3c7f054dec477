import * as vscode from 'vscode';
import { t } from './localize.ts';

/** The person went back one step. Closing the box throws `CancellationError` instead. */
export const back = Symbol('back');
export type Back = typeof back;

export interface StepPlace {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
}

export interface PickItem<Value> extends vscode.QuickPickItem {
  readonly value: Value;
}

/** Lets the person choose one; `items` may still be on their way. */
export function pickStep<Value>(
  place: StepPlace,
  options: {
    readonly placeholder: string;
    readonly items: readonly PickItem<Value>[] | Promise<readonly PickItem<Value>[]>;
    readonly active?: (value: Value) => boolean;
  },
): Promise<Value | Back> {
  const box = vscode.window.createQuickPick<PickItem<Value>>();
  box.placeholder = options.placeholder;
  box.matchOnDescription = true;
  return runBox<PickItem<Value>, Value>(box, place, (done, fail) => {
    box.busy = true;
    Promise.resolve(options.items).then(items => {
      box.busy = false;
      box.items = items;
      const active = items.find(item => options.active?.(item.value));
      if (active !== undefined) box.activeItems = [active];
    }, fail);
    box.onDidAccept(() => {
      const [item] = box.activeItems;
      if (item !== undefined) done(item.value);
    });
  });
}

/** Lets the person choose any number of them. */
export function pickManyStep<Value>(
  place: StepPlace,
  options: { readonly placeholder: string; readonly items: readonly PickItem<Value>[] },
): Promise<readonly Value[] | Back> {
  const box = vscode.window.createQuickPick<PickItem<Value>>();
  box.placeholder = options.placeholder;
  box.canSelectMany = true;
  return runBox<PickItem<Value>, readonly Value[]>(box, place, done => {
    box.items = options.items;
    box.onDidAccept(() => done(box.selectedItems.map(({ value }) => value)));
  });
}

export interface InputButton extends vscode.QuickInputButton {
  /** Takes over from the box, with what was typed so far. */
  readonly run: (typed: string) => Promise<string>;
}

/** Lets the person type one line. */
export function inputStep(
  place: StepPlace,
  options: {
    readonly prompt: string;
    readonly value?: string;
    /** Told at each change, so that *back* loses nothing. */
    readonly typed?: (value: string) => void;
    readonly placeholder?: string;
    readonly check: (value: string) => string | undefined;
    readonly button?: InputButton;
  },
): Promise<string | Back> {
  const box = vscode.window.createInputBox();
  box.prompt = options.prompt;
  box.value = options.value ?? '';
  if (options.placeholder !== undefined) box.placeholder = options.placeholder;
  const { button } = options;
  return runBox<never, string>(box, place, (done, fail) => {
    if (button !== undefined) {
      box.buttons = [...box.buttons, button];
      box.onDidTriggerButton(pressed => {
        if (pressed === button) button.run(box.value).then(done, fail);
      });
    }
    box.onDidChangeValue(value => {
      options.typed?.(value);
      box.validationMessage = undefined;
    });
    box.onDidAccept(() => {
      const problem = options.check(box.value);
      if (problem === undefined) done(box.value);
      else box.validationMessage = problem;
    });
  });
}

/** Shows a box until it is answered, left or closed; a button's work may go on after the box has closed. */
function runBox<Item extends vscode.QuickPickItem, Value>(
  box: vscode.QuickPick<Item> | vscode.InputBox,
  place: StepPlace,
  start: (done: (value: Value) => void, fail: (error: unknown) => void) => void,
): Promise<Value | Back> {
  box.title = place.title;
  if (place.totalSteps > 1) {
    box.step = place.step;
    box.totalSteps = place.totalSteps;
  }
  box.ignoreFocusOut = true;
  box.buttons = place.step > 1 ? [vscode.QuickInputButtons.Back] : [];
  let isHandedOver = false;
  return new Promise<Value | Back>((resolve, reject) => {
    box.onDidTriggerButton(pressed => {
      if (pressed === vscode.QuickInputButtons.Back) resolve(back);
      else {
        isHandedOver = true;
        box.hide();
      }
    });
    box.onDidHide(() => {
      if (!isHandedOver) reject(new vscode.CancellationError());
    });
    start(resolve, reject);
    box.show();
  }).finally(() => box.dispose());
}

/** Asks one question after the other; *back* repeats the one before. */
export async function runSteps(
  title: string,
  steps: readonly ((place: StepPlace) => Promise<unknown>)[],
): Promise<void> {
  for (let at = 0; at < steps.length; ) {
    const answer = await steps[at]?.({ title, step: at + 1, totalSteps: steps.length });
    at = Math.max(0, answer === back ? at - 1 : at + 1);
  }
}

export function notEmpty(value: string): string | undefined {
  return value.trim() === '' ? t('Expected a text') : undefined;
}
