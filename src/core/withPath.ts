import { delimiter } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment with a folder in front of its PATH, whatever that is called there (`Path` on Windows). */
export function withPath<Given extends Environment>(environment: Given, folder: string): Given {
  const name = Object.keys(environment).find(key => key.toUpperCase() === 'PATH') ?? 'PATH';
  const path = environment[name];
  return { ...environment, [name]: path === undefined ? folder : folder + delimiter + path };
}
