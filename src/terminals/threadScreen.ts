import type { TranscriptBatch, Unsubscribe } from '../client/dockClient.ts';
import { toToolError } from '../contracts/errors.ts';
import { restStates, type Thread } from '../contracts/thread.ts';
import { runsInPty } from '../core/runsInPty.ts';
import { knownText } from '../views/knownText.ts';
import { type Answer, firstRequest } from '../views/requestText.ts';
import { safeLine } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { Answering, shownMarkAnswer } from './answering.ts';
import type { AnswerLine } from './answerLine.ts';
import { headerLines } from './headerLines.ts';
import { InputBlock } from './inputBlock.ts';
import { type Key, parseKeys } from './keys.ts';
import { LineEditor } from './lineEditor.ts';
import { OutputValve } from './outputValve.ts';
import { placeholder } from './placeholder.ts';
import { paint } from './styles.ts';
import { readEvent } from './transcriptEvent.ts';
import { TranscriptRenderer } from './transcriptRenderer.ts';
import { errorLines } from './turnEndLines.ts';
import { endsLine, WholeLines } from './wholeLines.ts';

/** What a screen needs of the world: its thread at the host, and the terminal that shows it. */
export interface ScreenPort {
  /** Absolute path of the workspace folder. */
  readonly root: string;
  /** The thread was started just now: no other terminal has shown it. */
  readonly isNew: boolean;
  thread(): Thread | undefined;
  follow(listener: (batch: TranscriptBatch) => void): Unsubscribe;
  resume(prompt: string): Promise<void>;
  answer(requestId: string, answer: Answer): Promise<void>;
  cancel(): Promise<void>;
  sendKeys(data: string): void;
  resize(columns: number, rows: number): void;
  /** To the terminal. */
  write(data: string): void;
}

const bracketedPaste = '\u001b[?2004h';

/** One thread's terminal: the transcript above, the line being typed below. Knows nothing of VS Code. */
export class ThreadScreen {
  readonly #port: ScreenPort;
  readonly #renderer = new TranscriptRenderer();
  readonly #valve: OutputValve;
  readonly #editor = new LineEditor();
  readonly #answering = new Answering();
  readonly #block = new InputBlock();
  readonly #lines = new WholeLines();
  #columns = 80;
  #rows = 24;
  #unfollow: Unsubscribe | undefined;
  /** Until the replay is over nothing can be typed. */
  #isLive = false;
  #isSending = false;
  #isCancelArmed = false;
  #tookKeys = false;
  /** Whether the last line above the input has ended. */
  #atLineStart = true;
  /** True when that line was ended by us, to make room for the input: its own end is then left out. */
  #hasOwnBreak = false;

  constructor(port: ScreenPort) {
    this.#port = port;
    this.#valve = new OutputValve({
      isFirst: port.isNew,
      write: (text, cleared) => this.#show(text, cleared),
      beforeTail: isCut =>
        this.#renderer.modes + (isCut ? `${paint('dim', t('… the beginning is left out'))}\r\n\r\n` : ''),
    });
  }

  open(columns: number, rows: number): void {
    this.resize(columns, rows);
    this.#valve.hold();
    this.#port.write(paint('dim', t('Connecting to the AgentDock host…')));
    this.#unfollow ??= this.#port.follow(batch => this.#receive(batch));
  }

  close(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    this.#isLive = false;
  }

  resize(columns: number, rows: number): void {
    const before = this.#block.erase(columns);
    this.#columns = columns;
    this.#rows = rows;
    if (before !== '') this.#port.write(before + this.#drawInput());
    if (this.#takesKeys()) this.#port.resize(columns, rows);
  }

  /** The thread changed at the host: what may be typed can change with it. */
  refresh(): void {
    if (this.#takesKeys() && !this.#tookKeys) this.#port.resize(this.#columns, this.#rows);
    this.#tookKeys = this.#takesKeys();
    if (this.#isLive) this.#redraw();
  }

  /** A line from the window itself, such as a lost connection. */
  notify(text: string): void {
    const line = paint('yellow', `! ${safeLine(text, 1000)}`);
    if (this.#isLive) this.#show(this.#renderer.aside(line), false);
    else this.#port.write(`\r\n${line}`);
  }

  input(data: string): void {
    const keys = this.#valve.takeAnswers(data);
    if (keys === '' || !this.#isLive) return;
    if (this.#takesKeys()) {
      this.#port.sendKeys(keys);
      return;
    }
    for (const [index, part] of keys.split(shownMarkAnswer).entries()) {
      if (index > 0) this.#answering.markShown();
      for (const key of parseKeys(part)) this.#press(key);
    }
    this.#redraw();
  }

  #press(key: Key): void {
    // The text waits in the line until the one before it has arrived.
    if (this.#isSending && key.kind === 'enter') return;
    const wasArmed = this.#isCancelArmed;
    this.#isCancelArmed = false;
    if (key.kind === 'escape') this.#answering.putOff();
    else if (this.#editor.isEmpty) this.#answering.begin();
    const edit = this.#editor.handle(key);
    if (edit.kind === 'submit') this.#submit(edit.text);
    if (edit.kind === 'interrupt') this.#interrupt(wasArmed);
  }

  #receive(batch: TranscriptBatch): void {
    const thread = this.#port.thread();
    if (batch.reset) {
      this.#valve.restart();
      this.#begin(thread);
    }
    for (const event of batch.events) this.#remember(event);
    this.#valve.push(this.#renderer.render(batch.events));
    if (!batch.live) return;
    this.#isLive = true;
    this.#valve.release();
    this.#offer();
    if (this.#answering.isOffered && !this.#block.isShown) this.#redraw();
  }

  #begin(thread: Thread | undefined): void {
    const session = thread?.session?.id;
    const isProgram = thread !== undefined && runsInPty(thread);
    this.#renderer.reset({
      hidesSessions: isProgram,
      root: this.#port.root,
      ...(session === undefined ? {} : { session }),
    });
    if (thread !== undefined) this.#valve.push(headerLines(thread, isProgram));
  }

  #remember(line: TranscriptBatch['events'][number]): void {
    if (line.type !== 'turn.queued') return;
    const event = readEvent(line);
    if (event?.type === 'turn.queued' && event.origin === 'person')
      this.#editor.remember(knownText(event.prompt));
  }

  /** Writes transcript text; the line being typed stays below it. */
  #show(text: string, cleared: boolean): void {
    if (cleared) {
      this.#block.forget();
      this.#lines.drop();
      this.#atLineStart = true;
      this.#hasOwnBreak = false;
    }
    const hadInput = this.#block.isShown;
    const whole = hadInput ? this.#lines.take(text) : this.#lines.flush() + text;
    const shown = this.#hasOwnBreak && whole.startsWith('\r\n') ? whole.slice(2) : whole;
    if (whole === '') return;
    this.#hasOwnBreak = false;
    const erase = this.#block.erase(this.#columns);
    this.#atLineStart = endsLine(shown, this.#atLineStart);
    const modes = cleared && !this.#takesKeys() ? bracketedPaste : '';
    this.#port.write(erase + shown + modes + (hadInput || cleared ? this.#drawInput() : ''));
  }

  #redraw(): void {
    const erase = this.#block.erase(this.#columns);
    const draw = this.#drawInput();
    if (draw === '') {
      const held = this.#lines.flush();
      if (held !== '') this.#atLineStart = endsLine(held, this.#atLineStart);
      if (erase + held !== '') this.#port.write(erase + held);
      return;
    }
    this.#port.write(erase + draw);
  }

  #drawInput(): string {
    this.#offer();
    if (!this.#wantsInput()) return '';
    const lead = this.#atLineStart ? '' : '\r\n';
    this.#hasOwnBreak ||= !this.#atLineStart;
    this.#atLineStart = true;
    const { text, beforeCursor, isEmpty } = this.#editor;
    const hint = placeholder(this.#answering, {
      isSending: this.#isSending,
      isCancelArmed: this.#isCancelArmed,
    });
    const content = { text, beforeCursor, placeholder: hint, ...this.#answering.look(isEmpty) };
    const mark = isEmpty && hint === this.#answering.line?.placeholder ? this.#answering.mark() : '';
    return lead + this.#block.draw(content, this.#columns) + mark;
  }

  /** What the person cannot see yet is not offered. */
  #offer(): void {
    const thread = this.#port.thread();
    const request = thread && firstRequest(thread);
    const isShown = this.#renderer.showsRequest(request?.id) && !this.#valve.isBehind;
    this.#answering.offer(isShown ? request : undefined);
  }

  /** At rest and to answer something the line is there at once; while a turn runs it comes with the first key. */
  #wantsInput(): boolean {
    if (!this.#isLive || this.#takesKeys()) return false;
    if (this.#answering.isOffered) return true;
    return this.#isSending || this.#isCancelArmed || !this.#editor.isEmpty || this.#isAtRest();
  }

  #isAtRest(): boolean {
    const thread = this.#port.thread();
    return thread !== undefined && restStates.has(thread.state);
  }

  /** A running program in a pty gets the keys themselves. */
  #takesKeys(): boolean {
    const thread = this.#port.thread();
    return thread !== undefined && thread.state === 'running' && runsInPty(thread);
  }

  #submit(text: string): void {
    const line = this.#answering.begun;
    if (line === undefined) void this.#send(() => this.#port.resume(text), text);
    else if (this.#answering.isLate) this.#note(t('Nobody waits for this answer any more.'));
    else this.#submitAnswer(line, text);
  }

  #submitAnswer(line: AnswerLine, text: string): void {
    const reading = line.read(text);
    if (reading === 'unclear') {
      this.#editor.setText(text);
      this.#note(line.placeholder);
    } else if (reading !== 'more') void this.#send(() => this.#answer(line, reading), text);
  }

  async #answer(line: AnswerLine, answer: Answer): Promise<void> {
    try {
      await this.#port.answer(line.request.id, answer);
    } catch (error) {
      line.takeBack();
      if (toToolError(error).code !== 'conflict') throw error;
      this.#note(t('Somebody else was first.'));
    }
  }

  /** A text that does not arrive comes back, before what was typed meanwhile. */
  async #send(call: () => Promise<void>, text: string): Promise<void> {
    this.#isSending = true;
    try {
      await call();
    } catch (error) {
      const typed = this.#editor.text;
      this.#editor.setText(typed === '' ? text : `${text}\n${typed}`);
      this.#fail(error);
    } finally {
      this.#isSending = false;
      this.#redraw();
    }
  }

  #interrupt(isSecond: boolean): void {
    if (this.#isAtRest()) return;
    if (!isSecond) {
      this.#isCancelArmed = true;
      return;
    }
    this.#port.cancel().catch(error => this.#fail(error));
  }

  #note(text: string): void {
    this.#show(this.#renderer.aside(paint('dim', `· ${text}`)), false);
  }

  #fail(error: unknown): void {
    this.#show(this.#renderer.aside(errorLines(toToolError(error), false).trimEnd()), false);
  }
}
