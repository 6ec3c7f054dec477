import * as z from 'zod';
import { oneLine } from '../../core/oneLine.ts';
import type { PermissionAnswer, PermissionRequest, QuestionRequest } from '../driver.ts';
import { commandPermission, commandSchema } from './commandPermission.ts';
import { editPermission } from './editPermission.ts';
import type { FileChangeItem } from './items.ts';
import { readUserInput } from './userInput.ts';

/** A question of the server, as AgentDock asks it and as Codex wants it answered. */
export type ServerQuestion =
  | {
      readonly kind: 'permission';
      readonly request: PermissionRequest;
      /** The answer on the wire. A refusal has no place for a reason there: it follows as a message. */
      answer(allow: boolean): unknown;
    }
  | {
      readonly kind: 'question';
      readonly request: QuestionRequest;
      /** One answer for each question, in their order. */
      answer(answers: readonly string[]): unknown;
    }
  /** What nobody can answer through AgentDock: refused at once, and the person is told. */
  | { readonly kind: 'refused'; readonly notice: string; readonly answer: unknown }
  | { readonly kind: 'unknown' };

/** What is known around a question. */
export interface QuestionPlace {
  readonly workspace: string;
  readonly workingDir: string;
  /** A change that the question itself names only by its item. */
  changeOf(itemId: string): FileChangeItem | undefined;
}

/** Codex gives more rights for a turn or for a session, not for less: who allows them once is to know. */
const wholeTurn = 'until the turn ends';

const fileChangeSchema = z.looseObject({
  itemId: z.string(),
  reason: z.string().nullish(),
  grantRoot: z.string().nullish(),
});
const permissionsSchema = z.looseObject({ reason: z.string().nullish(), permissions: z.unknown() });
const elicitationSchema = z.looseObject({
  serverName: z.string(),
  message: z.string().default(''),
  url: z.string().optional(),
  requestedSchema: z.looseObject({ properties: z.record(z.string(), z.unknown()).default({}) }).optional(),
  _meta: z
    .looseObject({ tool_name: z.string().optional(), tool_params: z.unknown().optional() })
    .nullish()
    .catch(undefined),
});

export async function readQuestion(
  method: string,
  params: unknown,
  place: QuestionPlace,
): Promise<ServerQuestion> {
  switch (method) {
    case 'item/commandExecution/requestApproval': {
      const asked = commandSchema.safeParse(params);
      if (!asked.success) return { kind: 'unknown' };
      return permission(commandPermission(asked.data, place.workingDir), decision);
    }
    case 'item/fileChange/requestApproval': {
      const asked = fileChangeSchema.safeParse(params);
      if (!asked.success) return { kind: 'unknown' };
      const { itemId, ...rest } = asked.data;
      return permission(await editPermission(place.changeOf(itemId)?.changes ?? [], rest, place), decision);
    }
    case 'item/permissions/requestApproval': {
      const asked = permissionsSchema.safeParse(params);
      if (!asked.success) return { kind: 'unknown' };
      const { permissions, reason } = asked.data;
      const rights = JSON.stringify(permissions);
      const title = oneLine(`${wholeTurn}: ${rights}`);
      const detail = withReason(`${rights}\n${wholeTurn}, for every command of it`, reason);
      return permission({ tool: 'request_permissions', title, detail }, allow => ({
        permissions: allow ? permissions : {},
        scope: 'turn',
      }));
    }
    case 'mcpServer/elicitation/request': {
      const asked = elicitationSchema.safeParse(params);
      return asked.success ? elicitation(asked.data) : { kind: 'unknown' };
    }
    case 'item/tool/requestUserInput':
      return readUserInput(params);
    default:
      return { kind: 'unknown' };
  }
}

/** Tells the model why, as a message of its own right behind the refusal. */
export function refusalMessage(
  request: PermissionRequest,
  answer: PermissionAnswer & { allow: false },
): string {
  return `AgentDock: \`${request.tool}\` was not permitted. Reason: ${answer.reason}`;
}

function withReason(what: string, reason: string | null | undefined): string {
  return reason ? `${what}\n(${reason})` : what;
}

function elicitation(asked: z.infer<typeof elicitationSchema>): ServerQuestion {
  const { serverName, message, url } = asked;
  if (Object.keys(asked.requestedSchema?.properties ?? {}).length > 0) {
    return {
      kind: 'refused',
      notice: `The MCP server ${serverName} wants a form filled in, which AgentDock cannot show: ${message}`,
      answer: elicited(false),
    };
  }
  const { tool_name: name, tool_params: input } = asked._meta ?? {};
  if (name === undefined) {
    const detail = [message, url].filter(Boolean).join('\n');
    return permission({ tool: serverName, detail }, elicited);
  }
  const tool = `${serverName}.${name}`;
  const call = input === undefined ? '' : JSON.stringify(input);
  const title = oneLine(`${tool} ${call}`);
  const detail = [message, call].filter(Boolean).join('\n');
  return permission({ tool, title, detail, rule: { tool, subject: call } }, elicited);
}

function elicited(allow: boolean): unknown {
  return { action: allow ? 'accept' : 'decline', content: null, _meta: null };
}

function permission(request: PermissionRequest, answer: (allow: boolean) => unknown): ServerQuestion {
  return { kind: 'permission', request, answer };
}

function decision(allow: boolean): unknown {
  return { decision: allow ? 'accept' : 'decline' };
}
