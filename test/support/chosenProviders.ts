import { providers, type RealProvider } from '../host/turns.ts';

/** The providers of a long run or a bench: those that `PROVIDERS` names, with commas between them, else all. */
export function chosenProviders(list = process.env['PROVIDERS'] ?? ''): readonly RealProvider[] {
  const names = list.split(',').flatMap(name => name.trim() || []);
  const unknown = names.filter(name => !providers.some(provider => provider === name));
  if (unknown.length > 0) {
    throw new Error(`Expected PROVIDERS to be some of ${providers.join(',')}, got \`${unknown.join(',')}\`.`);
  }
  return names.length === 0 ? providers : providers.filter(provider => names.includes(provider));
}
