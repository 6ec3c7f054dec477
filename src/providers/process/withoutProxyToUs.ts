/** AgentDock's tools are on this machine: a proxy of the person's would not find them there. */
export function withoutProxyToUs(environment: Readonly<Record<string, string>>): Record<string, string> {
  const own = environment['NO_PROXY'] || environment['no_proxy'];
  const none = own ? `${own},127.0.0.1` : '127.0.0.1';
  return { ...environment, NO_PROXY: none, no_proxy: none };
}
