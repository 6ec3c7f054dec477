import * as z from 'zod';
import type { PermissionAnswer, PermissionRequest } from '../driver.ts';
import { unwrapShell } from './commandTitle.ts';

/** A question of the server, as AgentDock asks it and as Codex wants it answered. */
type ServerQuestion =
  | {
      readonly kind: 'permission';
      readonly request: PermissionRequest;
      /** The answer on the wire. A refusal has no place for a reason there: it follows as a message. */
      answer(allow: boolean): unknown;
    }
  /** A question to the person, which nobody can answer yet: the reason is the answer. */
  | { readonly kind: 'question'; answer(reason: string): unknown }
  | { readonly kind: 'unknown' };

const commandSchema = z.looseObject({
  command: z.string().nullish(),
  reason: z.string().nullish(),
  networkApprovalContext: z.looseObject({ host: z.string().optional() }).nullish(),
});
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
const userInputSchema = z.looseObject({ questions: z.array(z.looseObject({ id: z.string() })) });

/** `pathsOf` gives the files of a change, which the question itself does not name. */
export function readQuestion(
  method: string,
  params: unknown,
  pathsOf: (itemId: string) => readonly string[],
): ServerQuestion {
  switch (method) {
    case 'item/commandExecution/requestApproval': {
      const asked = commandSchema.safeParse(params);
      return asked.success ? commandQuestion(asked.data) : { kind: 'unknown' };
    }
    case 'item/fileChange/requestApproval': {
      const asked = fileChangeSchema.safeParse(params);
      if (!asked.success) return { kind: 'unknown' };
      const { itemId, reason, grantRoot } = asked.data;
      const detail = [...pathsOf(itemId), grantRoot && `all files below ${grantRoot}`]
        .filter(Boolean)
        .join('\n');
      return permission('apply_patch', withReason(detail || 'a file', reason), decision);
    }
    case 'item/permissions/requestApproval': {
      const asked = permissionsSchema.safeParse(params);
      if (!asked.success) return { kind: 'unknown' };
      const { permissions, reason } = asked.data;
      return permission('request_permissions', withReason(JSON.stringify(permissions), reason), allow => ({
        permissions: allow ? permissions : {},
        scope: 'turn',
      }));
    }
    case 'mcpServer/elicitation/request': {
      const asked = elicitationSchema.safeParse(params);
      return asked.success ? elicitation(asked.data) : { kind: 'unknown' };
    }
    case 'item/tool/requestUserInput': {
      const asked = userInputSchema.safeParse(params);
      if (!asked.success) return { kind: 'unknown' };
      const ids = asked.data.questions.map(question => question.id);
      return {
        kind: 'question',
        answer: reason => ({ answers: Object.fromEntries(ids.map(id => [id, { answers: [reason] }])) }),
      };
    }
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

function commandQuestion(asked: z.infer<typeof commandSchema>): ServerQuestion {
  const host = asked.networkApprovalContext?.host;
  const what = asked.command ? unwrapShell(asked.command) : `a network connection to ${host ?? 'a host'}`;
  return permission('exec_command', withReason(what, asked.reason), decision);
}

function elicitation(asked: z.infer<typeof elicitationSchema>): ServerQuestion {
  const tool = asked._meta?.tool_name;
  const params = asked._meta?.tool_params;
  const detail = [asked.message, params === undefined ? asked.url : JSON.stringify(params)];
  const fields = Object.keys(asked.requestedSchema?.properties ?? {});
  return permission(
    tool === undefined ? asked.serverName : `${asked.serverName}.${tool}`,
    detail.filter(Boolean).join('\n'),
    // A form that wants values cannot be filled in here: only a plain yes or no can be given.
    allow => ({ action: allow && fields.length === 0 ? 'accept' : 'decline', content: null, _meta: null }),
  );
}

function permission(tool: string, detail: string, answer: (allow: boolean) => unknown): ServerQuestion {
  return { kind: 'permission', request: { tool, detail }, answer };
}

function decision(allow: boolean): unknown {
  return { decision: allow ? 'accept' : 'decline' };
}

function withReason(what: string, reason: string | null | undefined): string {
  return reason ? `${what}\n(${reason})` : what;
}
