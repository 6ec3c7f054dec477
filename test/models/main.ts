import { parseArgs } from 'node:util';
import { startModelServer } from './server.ts';

const { values } = parseArgs({ options: { port: { type: 'string' }, scripts: { type: 'string' } } });
const server = await startModelServer({
  port: Number(values.port ?? 0),
  ...(values.scripts === undefined ? {} : { scripts: values.scripts }),
});
console.log(server.url);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
