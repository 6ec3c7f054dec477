import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';

const decoders: Readonly<Record<string, (bytes: Buffer) => Promise<Buffer>>> = {
  gzip: promisify<Buffer, Buffer>(gunzip),
  zstd: promisify<Buffer, Buffer>(zstdDecompress),
};

/** The request's JSON. Codex may compress large bodies. */
export async function readBody(request: IncomingMessage): Promise<{ text: string; json: unknown }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const decode = decoders[request.headers['content-encoding'] ?? ''];
  const bytes = Buffer.concat(chunks);
  const text = (decode ? await decode(bytes) : bytes).toString('utf8');
  return { text, json: JSON.parse(text) };
}
