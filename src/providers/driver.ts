import type { AgentEvent } from '../contracts/agentEvent.ts';
import type { PermissionRule, Question } from '../contracts/agentRequest.ts';
import type { ToolError } from '../contracts/errors.ts';
import type { ProviderId, ThreadId } from '../contracts/ids.ts';
import type { ProviderHealth } from '../contracts/provider.ts';
import type { PermissionMode, ProcessRef, SessionRef } from '../contracts/thread.ts';
import type { ToolEndpoint } from '../contracts/toolEndpoint.ts';
import type { Usage } from '../contracts/usage.ts';

/** What a provider can do; the rest of the program asks these flags, never the provider's name. */
export interface DriverCapabilities {
  /** A message can reach a running turn. */
  readonly steer: boolean;
  /** A session continues by its exact id. */
  readonly resume: boolean;
  /** One process serves many threads. */
  readonly sharedProcess: boolean;
  /** The program runs in a pty: its output is raw and it takes keys. */
  readonly pty: boolean;
  /** What each permission mode really does there, for a person. */
  readonly permissionModes: Readonly<Record<PermissionMode, string>>;
}

export interface TurnRequest {
  readonly threadId: ThreadId;
  readonly turnId: string;
  /** UUID to give to the provider with the prompt, where it takes one. */
  readonly messageId: string;
  /** Reaches the model byte for byte. */
  readonly prompt: string;
  /** Absolute real path of the folder that holds `.agentdock/`. */
  readonly workspace: string;
  /** Absolute real path, inside `workspace`. */
  readonly workingDir: string;
  /** The session to continue; a new one where there is none. `working_dir` in it is relative to `workspace`. */
  readonly session: SessionRef | undefined;
  readonly model: string | undefined;
  readonly effort: string | undefined;
  readonly permissionMode: PermissionMode;
  /** What AgentDock tells the agent about its place; beside, not instead of, the provider's own system prompt. */
  readonly instructions: string;
  /** Program and arguments; only of provider `command`. */
  readonly command: readonly string[] | undefined;
  /** Where the agent finds AgentDock's tools; absent where it has none. */
  readonly tools: ToolEndpoint | undefined;
  /** Resolves once somebody has come to `tools`, for a provider that does not say whether it loaded them. */
  readonly toolsReached?: () => Promise<void>;
}

export interface PermissionRequest {
  /** The provider's own name of the tool. */
  readonly tool: string;
  /** The command, paths or address in full, for a person. */
  readonly detail: string;
  /** One line of it; default: all of `detail`, on one line. */
  readonly title?: string;
  /** The change it would make, as a unified diff. */
  readonly diff?: string;
  /** What *allow for this thread* would allow; absent where nothing beyond this one call can be told apart. */
  readonly rule?: PermissionRule;
}

export interface QuestionRequest {
  readonly questions: readonly Question[];
}

/** One answer for each question, in their order; of several options, one a line. */
export interface QuestionAnswer {
  readonly answers: readonly string[];
}

export type PermissionAnswer =
  | { readonly allow: true }
  /** `reason` must reach the model. */
  | { readonly allow: false; readonly reason: string };

/**
 * The host's side of a turn. Each promise resolves when the fact is on disk, or rejects with a `DockError`
 * (`cancelled`, `storage_unavailable`) that the driver takes as: send nothing more, clean up, end the turn with it.
 */
export interface TurnSink {
  processStarted(process: ProcessRef): Promise<void>;
  /** May come again for the same id, once the provider has written the transcript. */
  sessionBound(session: { readonly id: string; readonly transcriptPath?: string }): Promise<void>;
  /** Called once, right before the prompt leaves; checks for a cancel. */
  promptSending(): Promise<void>;
  /** The provider has taken the prompt. */
  turnStarted(providerTurnId?: string): Promise<void>;
  event(event: AgentEvent): void;
  /**
   * Waits for the person, as long as it takes. The signal says that nobody needs the answer any more (the provider took
   * the request back, the turn is being stopped): then it rejects with `cancelled`.
   */
  permission(request: PermissionRequest, signal: AbortSignal): Promise<PermissionAnswer>;
  /** A question of the provider's own, which the turn waits for; as above. */
  question(request: QuestionRequest, signal: AbortSignal): Promise<QuestionAnswer>;
  /** A question that the turn does not wait for. Resolves at once: the answer comes as a message, during the turn or after. */
  leaveQuestion?(question: Question): Promise<void>;
  /** Of a turn in a terminal: the agent has come to rest, or its terminal takes messages again. */
  rested?(): void;
  /** Of a turn in a terminal: the agent works again. */
  worked?(): void;
  /**
   * Of a turn in a terminal whose agent is about to rest: what waits for it, to be given to the model instead. What an
   * earlier call gave has then reached it. Undefined when nothing waits, or when `signal` says that nobody reads it.
   */
  takeMessages?(signal: AbortSignal): Promise<string | undefined>;
  /** Nobody knows whether the agent was given what the last call took: it does not count as read, however it goes on. */
  notBrought?(): void;
}

export interface TurnEnd {
  readonly outcome: 'completed' | 'failed' | 'interrupted';
  /** The agent's final text. */
  readonly result?: string;
  readonly error?: ToolError;
  /** Of this turn alone. */
  readonly usage?: Usage;
}

export interface RunningTurn {
  /** Settles exactly once, after every process the turn started has ended; never rejects. */
  readonly ended: Promise<TurnEnd>;
  /**
   * Brings a text to the running turn; resolves when the provider has taken it, rejects with `conflict` when it surely
   * has not, and with anything else when nobody knows. `messageId`: UUID to give to the provider with it.
   */
  steer(text: string, messageId?: string): Promise<void>;
  /** Stops the turn and takes its whole process tree; resolves when both are gone. May be called twice. */
  interrupt(): Promise<void>;
  /** Keys for a program in a pty. */
  write?(data: string): void;
  resize?(columns: number, rows: number): void;
  /** Of a turn in its provider's own terminal program. */
  readonly terminal?: NativeTerminal;
}

/** The provider's own terminal program while it is open. */
export interface NativeTerminal {
  /** The agent waits for its person: it does no work. */
  isIdle(): boolean;
  /** `steer` can bring a message now: the agent rests, and nobody has begun to type. */
  takesMessages(): boolean;
  /** What shows the screen as it is now, and then each change of it until `stop`. */
  follow(listener: (data: string) => void): { readonly replay: string; stop(): void };
}

/** Turns one provider into one interface. One driver serves all threads of its provider in one host. */
export interface Driver {
  readonly provider: ProviderId;
  readonly capabilities: DriverCapabilities;
  /** Takes as long as the signal lets it. */
  checkHealth(signal: AbortSignal): Promise<ProviderHealth>;
  /** Starts at once and reports through `sink`; failures to start end the turn, they are not thrown. */
  startTurn(request: TurnRequest, sink: TurnSink): RunningTurn;
  /**
   * The same in the provider's own terminal program, on the same session, until it is left: one turn, in which the
   * person talks with the agent. The prompt may be empty. Absent where there is no such program.
   */
  startNativeTurn?(request: TurnRequest, sink: TurnSink): RunningTurn;
  /**
   * Why the prompt would not reach that program byte for byte, to stand after "This prompt cannot be typed into its
   * terminal unchanged:"; undefined when it does. Absent where nothing is typed.
   */
  unfitForTerminal?(prompt: string): string | undefined;
  /**
   * Those of the texts that stand in the session's own transcript; undefined where that cannot be read. Only asked
   * while no turn of the session runs.
   */
  findInTranscript?(
    session: SessionRef,
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<string> | undefined>;
  /** Ends all processes of the driver. May be called twice. */
  close(): Promise<void>;
}

/** What a driver gets from the host; all its side effects go through these and `node:` modules. */
export interface DriverContext {
  /** The person's environment minus marks of an enclosing agent session; the base of every process. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workspace: string;
  /** A private (0700) folder of this host for sockets, plugin files and temporary files; removed at its end. */
  readonly runtimeDir: string;
  /** Path of the CLI from the person's settings, else undefined: then the environment variable, then PATH. */
  readonly binary: string | undefined;
  readonly log: (message: string) => void;
}

export type CreateDriver = (context: DriverContext) => Driver;
