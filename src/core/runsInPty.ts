import type { ProviderId } from '../contracts/ids.ts';

/**
 * Whether the contract's `command` is meant: a program in a pty, whose output is its own, whose terminal takes keys, and
 * which no permission mode holds. The one place that knows it by name; what else providers differ in, drivers say.
 */
export function runsInPty({ provider }: { readonly provider: ProviderId }): boolean {
  return provider === 'command';
}
