/** On Windows the name of a pipe can lead to another machine, which then asks for a login. */
export function isLocalEndpoint(endpoint: string, platform: NodeJS.Platform = process.platform): boolean {
  return platform === 'win32' ? /^\\\\[.?]\\pipe\\[^\\/]+$/i.test(endpoint) : endpoint.startsWith('/');
}
