import type { PermissionMode } from '../../contracts/thread.ts';
import type { PermissionAnswer, TurnSink } from '../driver.ts';
import type { ControlRequest } from './messages.ts';
import { allowResponse, denyResponse, unsupportedResponse } from './outgoing.ts';
import { decideAlone } from './permissions.ts';
import { toolDetail } from './toolTitle.ts';

export interface PermissionReply {
  readonly response: object;
  /** The call that was refused. */
  readonly declined?: string;
}

/** Answers one request of the CLI: by the mode itself, or through the host. Rejects with what the host rejects. */
export async function answerPermission(
  { request_id: id, request }: ControlRequest,
  mode: PermissionMode,
  sink: Pick<TurnSink, 'permission'>,
): Promise<PermissionReply> {
  const { subtype, tool_name: tool, tool_use_id: call, input } = request;
  if (subtype !== 'can_use_tool' || tool === undefined) {
    return { response: unsupportedResponse(id, subtype) };
  }
  const answer: PermissionAnswer =
    decideAlone(mode, tool) ??
    (await sink.permission({ tool, detail: toolDetail(tool, input) }, new AbortController().signal));
  if (answer.allow) return { response: allowResponse(id, input) };
  const response = denyResponse(id, answer.reason);
  return typeof call === 'string' ? { response, declined: call } : { response };
}
