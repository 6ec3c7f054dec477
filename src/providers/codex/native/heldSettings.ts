import * as z from 'zod';
import type { Session } from '../session.ts';

export interface Held {
  readonly session: Session;
  readonly workingDir: string;
  readonly effort: string | undefined;
}

type Params = Readonly<Record<string, unknown>>;

const paramsSchema = z.record(z.string(), z.unknown());
const openings: ReadonlySet<string> = new Set(['thread/start', 'thread/resume', 'thread/fork']);

/** Whether the terminal goes to another session with this, or only makes one beside it. */
export function opensSession(method: string, params: unknown): boolean {
  return openings.has(method) && asParams(params)?.['ephemeral'] !== true;
}

/** For a matter of the terminal's own, such as a title: without tools, or a copy of what the session has. */
export function opensAside(method: string, params: unknown): boolean {
  const { ephemeral, experimentalPredictionMode } = asParams(params) ?? {};
  if (method === 'thread/fork') return experimentalPredictionMode === true;
  return method === 'thread/start' && ephemeral === true;
}

/**
 * What the terminal asks of the server, with what holds for the thread whatever is chosen there: its permission mode, its
 * folder, and, in a session that is opened in its place, its instructions and tools.
 */
export function heldParams(method: string, params: unknown, held: Held): unknown {
  const given = asParams(params);
  if (given === undefined) return params;
  if (openings.has(method)) return heldOpening(method, given, held);
  const { approvalPolicy, permissions } = held.session.turnSettings;
  const mode = { approvalPolicy, approvalsReviewer: null, sandboxPolicy: null, permissions };
  const { workingDir: cwd } = held;
  switch (method) {
    case 'turn/start':
      return { ...given, ...mode, cwd, runtimeWorkspaceRoots: [cwd], ...chosenEffort(given, held.effort) };
    case 'thread/settings/update':
      return { ...given, ...mode, ...(isGiven(given['cwd']) ? { cwd } : {}) };
    default:
      return params;
  }
}

function heldOpening(method: string, given: Params, { session, workingDir }: Held): unknown {
  const rights = { approvalsReviewer: null, sandbox: null, permissions: null };
  if (method === 'thread/resume' && given['threadId'] === session.id) {
    return { ...given, ...rights, approvalPolicy: null, cwd: null };
  }
  const { model, config, ...settings } = session.openSettings;
  return {
    ...given,
    ...rights,
    ...settings,
    runtimeWorkspaceRoots: [workingDir],
    model: given['model'] ?? model ?? null,
    config: { ...asParams(given['config']), ...config },
    // With the terminal's own tools the agent would reach other sessions of the person's.
    ...(method === 'thread/start' ? { dynamicTools: null } : {}),
  };
}

/** The thread's own effort, as long as nobody has chosen another one there. */
function chosenEffort(given: Params, effort: string | undefined): object {
  const mode = asParams(given['collaborationMode']);
  const settings = asParams(mode?.['settings']);
  if (effort === undefined || settings === undefined) return {};
  const reasoning_effort = settings['reasoning_effort'] ?? effort;
  return { collaborationMode: { ...mode, settings: { ...settings, reasoning_effort } } };
}

function asParams(value: unknown): Params | undefined {
  return paramsSchema.safeParse(value).data;
}

function isGiven(value: unknown): boolean {
  return value !== null && value !== undefined;
}
