import path from 'node:path';
import { DockError } from '../../contracts/errors.ts';
import type { TurnRequest } from '../driver.ts';
import type { OpencodeApi } from './api.ts';
import { chooseModel, type ModelChoice } from './chooseModel.ts';
import { isGone } from './isGone.ts';
import { sameRules, sessionRules } from './permissionRules.ts';
import { findPlugins, projectTop, readInstructions } from './projectFiles.ts';
import type { Place, Rule, Session } from './responses.ts';
import { toolServerOf, toolsText } from './toolServer.ts';

/** A session that is ready for the turn's prompt. */
export interface OpenSession {
  readonly id: string;
  /** The folder the session is recorded under: every request names it. */
  readonly directory: string;
  readonly place: Place;
  readonly model: ModelChoice;
  /** What its permission mode means there. */
  readonly rules: readonly Rule[];
  /** Goes with each message, beside OpenCode's own system prompt. */
  readonly system: string;
  /** Program files of the repository that OpenCode runs by itself. */
  readonly plugins: readonly string[];
}

/** A new session, or exactly the one the request names. Nothing reaches a model. */
export async function openSession(api: OpencodeApi, request: TurnRequest): Promise<OpenSession> {
  const { workspace, permissionMode: mode } = request;
  const directory = directoryOf(request);
  const place = await api.place(directory);
  const [agents, config, catalog] = await Promise.all([
    api.agents(directory),
    api.config(directory),
    api.catalog(directory),
  ]);
  const earlier = request.session && (await existing(api, directory, request.session.id));
  const agentModel = agents[0]?.model;
  const model = chooseModel(
    {
      requested: request.model,
      effort: request.effort,
      earlier: earlierModel(earlier),
      configured: agentModel ? `${agentModel.providerID}/${agentModel.modelID}` : config.model,
    },
    catalog,
  );
  const toolServer = request.tools && toolServerOf(request.threadId);
  const rules = sessionRules({ mode, workspace, place, agents, toolServer });
  const top = projectTop(place.worktree, workspace);
  const instructions = await readInstructions(directory, top);
  if (earlier !== undefined && !sameRules((earlier.permission ?? []).slice(-rules.length), rules)) {
    await api.addRules(directory, earlier.id, rules);
  }
  // With a title of our own no model is asked for one.
  const session = earlier ?? (await api.createSession(directory, `AgentDock ${request.threadId}`, rules));
  return {
    id: session.id,
    directory,
    place,
    model,
    rules,
    system: [request.instructions, toolServer === undefined ? '' : toolsText(toolServer), ...instructions]
      .filter(text => text !== '')
      .join('\n\n'),
    plugins: await findPlugins(directory, top),
  };
}

function directoryOf({ session, workspace, workingDir }: TurnRequest): string {
  return session === undefined ? workingDir : path.resolve(workspace, session.working_dir);
}

async function existing(api: OpencodeApi, directory: string, id: string): Promise<Session> {
  const session = await find(api, directory, id);
  if (session.directory !== directory) {
    throw new DockError('not_found', `OpenCode has this session recorded in ${session.directory}.`, {
      hint: 'It goes on in that folder only. Spawn a new thread, or move the workspace back.',
    });
  }
  if (!(await api.isIdle(directory, id))) {
    throw new DockError('conflict', 'Something else works in this OpenCode session.', {
      hint: 'Close it there and try again.',
      retryable: true,
    });
  }
  return session;
}

async function find(api: OpencodeApi, directory: string, id: string): Promise<Session> {
  // An id of another form is answered with an error of the server's own.
  if (!/^ses_?[A-Za-z0-9_-]+$/.test(id)) throw sessionGone(id);
  try {
    return await api.session(directory, id);
  } catch (error) {
    throw isGone(error) ? sessionGone(id) : error;
  }
}

function sessionGone(id: string): DockError {
  return new DockError('not_found', `OpenCode does not have the session ${id} any more.`, {
    hint: 'Spawn a new thread.',
  });
}

function earlierModel(session: Session | undefined): ModelChoice | undefined {
  if (session?.model === undefined) return undefined;
  const { providerID, id, variant } = session.model;
  const choice = { providerId: providerID, modelId: id };
  return variant === undefined || variant === 'default' ? choice : { ...choice, variant };
}
