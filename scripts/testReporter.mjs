// A reporter for `node --test`: one JSON line for each fact that scripts/nodeTests.ts counts by.
/** @param {AsyncIterable<{ type: string, data: any }>} source */
// biome-ignore lint/style/noDefaultExport: node takes a reporter in this form
export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type === 'test:stdout' || type === 'test:stderr') {
      yield line({ type: 'output', file: data.file, text: data.message });
    } else if (type === 'test:pass' || type === 'test:fail') {
      const { name, file, skip, todo, details } = data;
      const error = details.error ? describe(details.error) : undefined;
      yield line({ type: type.slice(5), name, file, skip, todo, suite: details.type === 'suite', error });
    } else if (type === 'test:summary' && data.file !== undefined) {
      yield line({ type: 'ended', file: data.file, ms: data.duration_ms });
    }
  }
}

/** @param {Error & { failureType?: string }} error */
function describe(error) {
  const cause = error.cause instanceof Error ? error.cause : error;
  return { kind: error.failureType, text: cause.stack ?? String(error.cause ?? error) };
}

/** @param {object} value */
function line(value) {
  return `${JSON.stringify(value)}\n`;
}
