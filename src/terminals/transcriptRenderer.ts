import type { HistoryEvent } from '../contracts/agentEvent.ts';
import type { ProviderId } from '../contracts/ids.ts';
import type { TextRef } from '../contracts/text.ts';
import { knownText } from '../views/knownText.ts';
import { providerName } from '../views/providerName.ts';
import { ruleText } from '../views/requestText.ts';
import { safeLine, safeText } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { CodeSpans } from './codeSpans.ts';
import { fileLine, sessionLine } from './eventLines.ts';
import { MessageLines } from './messageLines.ts';
import { promptLines, type QueuedPrompt } from './promptLines.ts';
import { RawModes } from './rawModes.ts';
import { reportLines } from './reportLines.ts';
import { RequestBlocks } from './requestBlocks.ts';
import { shortPaths } from './shortPaths.ts';
import { paint } from './styles.ts';
import { ToolBlocks } from './toolBlocks.ts';
import { readEvent, type TranscriptEvent } from './transcriptEvent.ts';
import { errorLines, turnEndLines } from './turnEndLines.ts';

/**
 * Turns the events of one thread into the text of its terminal, in the order they come, in pieces of any size.
 * Depends on nothing but the events: the same history gives the same text.
 */
export class TranscriptRenderer {
  readonly #tools = new ToolBlocks();
  readonly #requests = new RequestBlocks();
  readonly #messages = new MessageLines();
  #provider: ProviderId | undefined;
  readonly #queued = new Map<string, QueuedPrompt>();
  /** Turns whose prompt has been shown. */
  readonly #shown = new Set<string>();
  /** What the last lines belong to; a blank line parts it from the next. */
  #block: string | undefined;
  /** Line feeds at the end of what was written, at most two. */
  #lineFeeds = 2;
  #turnStartedAt: number | undefined;
  #hasText = false;
  #session: string | undefined;
  #hidesSessions = false;
  /** Absolute path of the workspace folder: paths below it are shown relative. */
  #root: string | undefined;
  readonly #short = (text: string) => shortPaths(text, this.#root);
  #isRaw = false;
  readonly #modes = new RawModes();
  #spans = new CodeSpans();

  /** Sequences that bring a cleared terminal into the modes of the program that runs in it. */
  get modes(): string {
    return this.#isRaw ? this.#modes.restore() : '';
  }

  /** True from a turn's start to its end. */
  get isTurnOpen(): boolean {
    return this.#turnStartedAt !== undefined;
  }

  /** True while a request stands in the transcript and no answer to it. */
  showsRequest(id: string | undefined): boolean {
    return id !== undefined && this.#requests.has(id);
  }

  render(events: readonly HistoryEvent[]): string {
    return events.map(event => this.#renderOne(event)).join('');
  }

  /** Forgets everything: the events begin anew. The header already shows `session`, or sessions mean nothing. */
  reset(
    options: { readonly session?: string; readonly hidesSessions?: boolean; readonly root?: string } = {},
  ): void {
    this.#session = options.session;
    this.#hidesSessions = options.hidesSessions ?? false;
    this.#root = options.root;
    this.#tools.clear();
    this.#requests.clear();
    this.#messages.clear();
    this.#provider = undefined;
    this.#queued.clear();
    this.#shown.clear();
    this.#modes.end();
    this.#block = undefined;
    this.#lineFeeds = 2;
    this.#turnStartedAt = undefined;
    this.#hasText = false;
    this.#isRaw = false;
  }

  /** A line that is not from the history, such as a lost connection. */
  aside(text: string): string {
    return this.#asBlock('aside', `${text}\n`) + this.#out('\n');
  }

  #renderOne(line: HistoryEvent): string {
    const event = readEvent(line);
    return event === undefined ? '' : this.#renderEvent(event, line);
  }

  #renderEvent(event: TranscriptEvent, { at, turn_id }: HistoryEvent): string {
    switch (event.type) {
      case 'turn.queued':
        return this.#queue(event.turn_id, event);
      case 'turn.preparing':
      case 'turn.starting':
      case 'turn.started':
        return this.#startTurn(event.turn_id, at);
      case 'prompt':
        this.#queued.set(event.turn_id, {
          ...this.#queued.get(event.turn_id),
          prompt: event.text,
          origin: event.origin,
        });
        return this.#startTurn(event.turn_id, at);
      case 'text':
        this.#hasText = true;
        return this.#text(`text ${event.item}`, safeText(event.text));
      case 'reasoning':
        return this.#piece(`thought ${event.item}`, safeText(event.text), piece => paint('thought', piece));
      case 'tool.started':
        return this.#asBlock('tools', this.#tools.start({ ...event, title: this.#short(event.title) }, at));
      case 'tool.progress':
        return this.#asBlock('tools', this.#tools.progress(event.item, event.text));
      case 'tool.ended':
        return this.#asBlock('tools', this.#tools.end(event, at));
      case 'file.changed':
        return this.#below('tools', this.#tools.file(fileLine(this.#short(event.path), event.kind)));
      case 'error':
        return this.#asBlock('error', errorLines(event.error, event.will_retry));
      case 'notice':
        return this.#notice(safeLine(event.text, 1000));
      case 'steered':
        return this.#asBlock('steered', this.#steered(event.text, turn_id));
      case 'output':
        return this.#raw(event.data);
      case 'unparsed':
        return this.#notice(t('Not understood: {0}', safeLine(knownText(event.line))));
      case 'session.bound':
        return this.#showSession(event.session_id);
      case 'permission.refused':
        return this.#asBlock(
          'tools',
          this.#tools.refuse(event.tool, this.#short(event.detail), event.reason),
        );
      case 'cancel.requested':
        return this.#notice(t('Cancel requested'));
      case 'turn.requeued':
        return this.#notice(t('Back in the queue: the host had ended before the prompt was sent'));
      case 'turn.ended':
        return this.#endTurn(event, at);
      case 'thread.created':
        this.#provider = event.provider;
        return '';
      case 'request.opened':
        return this.#asBlock(`request ${event.request.id}`, this.#requests.opened(event, this.#agentName()));
      case 'request.answered':
        return this.#endRequest(event.request_id, isBelow => this.#requests.answered(event, isBelow));
      case 'request.closed':
        return this.#endRequest(event.request_id, isBelow => this.#requests.closed(event, isBelow));
      case 'rules.forgotten':
        return this.#notice(t('No longer allowed: {0}', event.rules.map(ruleText).join('; ')));
      case 'message.queued':
        return this.#asBlock('message', this.#messages.queued(event.message));
      case 'messages.moved':
        return this.#asBlock('message', this.#messages.moved(event));
      case 'report.made':
        return this.#asBlock('report', reportLines(event.report));
      case 'usage':
      case 'process.started':
      case 'prompt.sending':
      case 'turn.rested':
      case 'turn.worked':
        return '';
    }
  }

  #queue(turnId: string, queued: QueuedPrompt): string {
    this.#queued.set(turnId, queued);
    if (!this.isTurnOpen) return this.#showPrompt(turnId);
    const head = safeLine(knownText(queued.prompt), 120) || t('its own terminal');
    return this.#below('queued', `${paint('dim', `↳ ${t('Next: {0}', head)}`)}\n`);
  }

  #startTurn(turnId: string, at: string): string {
    if (!this.isTurnOpen) this.#hasText = false;
    this.#turnStartedAt ??= Date.parse(at);
    return this.#showPrompt(turnId);
  }

  /** A provider says it at each turn; only another one is news. */
  #showSession(id: string): string {
    if (id === this.#session || this.#hidesSessions) return '';
    this.#session = id;
    return this.#below('session', sessionLine(id));
  }

  #showPrompt(turnId: string): string {
    const queued = this.#queued.get(turnId);
    if (queued === undefined || this.#shown.has(turnId)) return '';
    this.#shown.add(turnId);
    const brought = this.#messages.brought(queued.brings ?? []);
    return this.#asBlock(`prompt ${turnId}`, brought ?? promptLines(queued));
  }

  #steered(text: TextRef, turnId = ''): string {
    const turn = this.#queued.get(turnId);
    const isTerminal = turn?.native === true;
    // A terminal says of each prompt that it came, also of the one that the turn began with.
    if (isTerminal && knownText(turn.prompt).trim() === knownText(text).trim()) {
      this.#queued.set(turnId, { ...turn, prompt: { text: '' } });
      return '';
    }
    return this.#messages.steered(text, isTerminal);
  }

  #notice(line: string): string {
    return this.#asBlock('notice', `${paint('dim', `· ${line}`)}\n`);
  }

  #agentName(): string {
    return this.#provider === undefined ? t('The agent') : providerName(this.#provider);
  }

  #endRequest(id: string, lines: (isBelow: boolean) => string): string {
    const block = `request ${id}`;
    return this.#asBlock(block, lines(this.#block === block));
  }

  #endTurn(event: Extract<TranscriptEvent, { type: 'turn.ended' }>, at: string): string {
    const took = this.#turnStartedAt === undefined ? undefined : Date.parse(at) - this.#turnStartedAt;
    const result =
      event.result === undefined || this.#hasText || this.#isRaw ? '' : safeText(knownText(event.result));
    const text =
      result.trim() === '' ? '' : this.#asBlock('result', `${new CodeSpans().look(result.trim())}\n`);
    const reset = this.#isRaw ? this.#modes.end() : '';
    this.#turnStartedAt = undefined;
    this.#queued.delete(event.turn_id);
    this.#isRaw = false;
    this.#tools.clear();
    this.#requests.turnEnded();
    return `${reset}${text}${this.#asBlock('end', turnEndLines(event, took))}${this.#out('\n')}`;
  }

  #text(block: string, text: string): string {
    if (this.#block !== block) this.#spans = new CodeSpans();
    return this.#piece(block, text, piece => this.#spans.look(piece));
  }

  /** A piece of a text that goes on until its item changes. */
  #piece(block: string, text: string, look: (piece: string) => string = piece => piece): string {
    const isNew = this.#block !== block;
    const piece = isNew ? text.replace(/^\n+/, '') : text;
    if (piece === '') return '';
    const lead = isNew ? this.#part(block) : '';
    return lead + this.#out(look(piece), piece);
  }

  /** Whole lines, parted from what is above unless that is of the same block. */
  #asBlock(block: string, lines: string): string {
    if (lines === '') return '';
    const lead = this.#block === block ? this.#toLineStart() : this.#part(block);
    return lead + this.#out(lines);
  }

  /** Whole lines right below what is above. */
  #below(block: string, lines: string): string {
    const lead = this.#toLineStart();
    this.#enter(block);
    return lead + this.#out(lines);
  }

  #part(block: string): string {
    const lead = '\n'.repeat(2 - this.#lineFeeds);
    this.#enter(block);
    return this.#out(lead);
  }

  #enter(block: string): void {
    if (block !== 'tools') this.#tools.interrupt();
    this.#block = block;
  }

  #toLineStart(): string {
    return this.#lineFeeds === 0 ? this.#out('\n') : '';
  }

  #raw(data: string): string {
    const lead = this.#isRaw ? '' : this.#part('raw');
    this.#isRaw = true;
    this.#modes.note(data);
    this.#lineFeeds = data.endsWith('\n') ? 1 : 0;
    return lead + data;
  }

  #out(text: string, plain = text): string {
    if (text === '') return '';
    const feeds = /\n*$/.exec(plain)?.[0].length ?? 0;
    this.#lineFeeds = Math.min(2, feeds === plain.length ? this.#lineFeeds + feeds : feeds);
    return text.replaceAll('\n', '\r\n');
  }
}
