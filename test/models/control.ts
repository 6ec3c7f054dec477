import type { ServerResponse } from 'node:http';
import type { Gates } from './gates.ts';
import type { RequestLog } from './requestLog.ts';

export interface Controlled {
  readonly log: RequestLog;
  readonly gates: Gates;
}

/** The routes for tests in other processes. Returns false for a route that is not one of them. */
export function answerControl(route: string, response: ServerResponse, { log, gates }: Controlled): boolean {
  const reply = (body: unknown): true => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    return true;
  };
  if (route === 'GET /control/requests') return reply(log.all());
  if (route === 'DELETE /control/requests') {
    log.clear();
    return reply({});
  }
  if (route === 'GET /v1/models') return reply({ object: 'list', data: [], models: [] });
  const gate = /^(GET|POST|DELETE) \/control\/gate\/(.+)$/.exec(route);
  if (gate?.[2] === undefined) return false;
  const name = decodeURIComponent(gate[2]);
  if (gate[1] === 'POST') gates.open(name);
  if (gate[1] === 'DELETE') gates.close(name);
  return reply({ name, open: gates.isOpen(name), waiting: gates.waiting(name) });
}
