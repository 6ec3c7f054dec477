/** NAME of a request's file `NAME.json`. */
export type RequestName = string;

const requestFile = /^([A-Za-z0-9_-][A-Za-z0-9._-]{0,99})\.json$/;

/**
 * Undefined for everything that is no request: a result, a name that begins with a dot, under which a program writes
 * before it renames, and a name of other characters.
 */
export function requestNameOf(file: string): RequestName | undefined {
  const name = requestFile.exec(file)?.[1];
  return name === undefined || /\.result$/i.test(name) ? undefined : name;
}
